import { expect, test } from "vitest";
import type { AlertItem, Anomaly, Incident } from "../../api/types";
import { lanesOf, openFirst, storyOf, toldText } from "./model";

const alert: AlertItem = {
  id: 7, rule: "Disk writes slow", ruleId: "disk-slow", host: "db-03", state: "acknowledged", severity: "critical", labels: {}, sentence: "Writes are slow.", value: 1, unit: "seconds", threshold: 0.5,
  comparison: ">", startedMs: 1000, firedMs: 2000, firesAtMs: null, resolvedMs: null, acknowledgedBy: "maria", acknowledgedMs: 3000, note: "on it", vitalKey: null, query: "",
  notified: [{ channel: "On call", state: "delivered", timeMs: 2000, detail: "" }, { channel: "Tickets", state: "failed", timeMs: 2000, detail: "503" }],
};
const anomaly: Anomaly = {
  id: 4, host: "db-03", kind: "host", key: "load", model: null, sinceMs: 1500, startMs: 1600, endMs: null, peakMs: 1700, peakValue: null, lower: null, upper: null, score: 1, rarity: "1 in 2 years",
  sentence: "Load is high.", causes: [], label: null, lastSeen: null, seenBefore: [],
};
const incident: Incident = { id: "alert-7", host: "db-03", startMs: 1000, endMs: null, state: "acknowledged", severity: "critical", sentence: "Load is high.", acknowledgedBy: "maria", alerts: [alert], anomalies: [anomaly] };

test("an incident is told in the order in which it happened", () => {
  expect(storyOf(incident, 10_000).map((part) => [part.timeMs, part.what, part.detail])).toEqual([
    [1500, "The host was unlike itself", "1 in 2 years"],
    [2000, "Disk writes slow fired", "told On call (delivered), Tickets (not delivered)"],
    [3000, "maria acknowledged Disk writes slow", "on it"],
  ]);
  expect(storyOf({ ...incident, sentence: "Other.", alerts: [{ ...alert, resolvedMs: 9000 }] }, 10_000).map((part) => part.detail)).toContain("1 in 2 years · Load is high.");
  expect(toldText({ ...alert, notified: [] })).toBe("nobody was told");
});

test("bars lie where their incidents were, cut at the ends of the axis", () => {
  const ended = { ...incident, id: "b", startMs: -50, endMs: 500 };
  const [lane, other] = lanesOf([incident, ended, { ...incident, host: "web-01", startMs: 1900 }], 0, 2000);
  expect(lane?.bars.map(({ left, width }) => [left, width])).toEqual([[0.5, 0.5], [0, 0.25]]);
  expect(other?.host).toBe("web-01");
});

test("what is open comes first", () => {
  const all = [{ ...incident, id: "a", startMs: 9, endMs: 12 }, { ...incident, id: "b", startMs: 3 }, { ...incident, id: "c", startMs: 5 }];
  expect(openFirst(all).map(({ id }) => id)).toEqual(["c", "b", "a"]);
});
