import { describe, expect, it } from "vitest";
import type { AlertItem } from "../../api/types";
import { countsOf, groupsOf, headline, pointsOf, sentenceOf, seriesOf, tabOf, telling, thresholdText, valueText, windowOf } from "./model";

const MINUTE = 60_000;
const NOW = 1_800_000_000_000;
const plain = (text: string) => text.replaceAll("\u00a0", " ");

function alert(change: Partial<AlertItem> & { id: number }): AlertItem {
  return {
    rule: "CPU saturated", ruleId: "cpu-saturated", host: "db-03", state: "firing", severity: "warning", labels: {}, sentence: "db-03: CPU is 97 % busy.",
    value: 0.97, unit: "ratio", threshold: 0.95, comparison: ">", startedMs: NOW - 10 * MINUTE, firedMs: null, firesAtMs: null, resolvedMs: null,
    acknowledgedBy: null, acknowledgedMs: null, note: null, vitalKey: null, query: "q", notified: [], ...change,
  };
}

const some = [
  alert({ id: 1 }), alert({ id: 2, severity: "critical" }), alert({ id: 3, state: "acknowledged", severity: "critical" }),
  alert({ id: 4, state: "pending", firesAtMs: NOW + 4 * MINUTE }), alert({ id: 5, state: "pending", firesAtMs: NOW + 1 }),
  alert({ id: 6, state: "silenced" }), alert({ id: 7, state: "resolved", resolvedMs: NOW }),
];

describe("the list of alerts", () => {
  it("counts what fires with what somebody looks after", () => {
    expect(countsOf(some)).toEqual({ all: 5, firing: 3, pending: 2, acknowledged: 1, silenced: 1, history: 1 });
  });

  it("puts the worst first, the acknowledged last, the soonest pending first", () => {
    expect(groupsOf(some, "all", "").map((group) => [group.id, group.alerts.map((one) => one.id)])).toEqual([["firing", [2, 1, 3]], ["pending", [5, 4]]]);
    expect(groupsOf(some, "all", "nothing like it")).toEqual([]);
    expect(tabOf("nonsense")).toBe("all");
  });

  it("says the answer in the title", () => {
    expect(plain(headline(some, NOW).lead)).toBe("3 alerts fire.");
    expect(plain(headline(some, NOW).rest)).toBe("2 more will within 4 min unless it passes. 1 silenced.");
    expect(headline([], NOW)).toEqual({ lead: "Nothing fires.", rest: "" });
    expect(headline([alert({ id: 1, state: "acknowledged" })], NOW).rest).toBe("Somebody looks after each.");
  });
});

describe("one alert", () => {
  it("leaves the host to the link before it", () => {
    expect(sentenceOf(alert({ id: 1 }))).toBe("CPU is 97 % busy.");
    expect(sentenceOf(alert({ id: 1, sentence: "Silent." }))).toBe("Silent.");
  });

  it("sets value against threshold", () => {
    expect(plain(`${valueText(alert({ id: 1 }))}, ${thresholdText(alert({ id: 1 }))}`)).toBe("97.0 %, above 95 %");
    expect(valueText(alert({ id: 1, query: "presage_host_up", value: 0 }))).toBe("no data");
    expect(telling({ host: "a", mountpoint: "/var", severity: "x", device: "" })).toEqual([["mountpoint", "/var"]]);
  });

  it("finds its series and skips what is no number", () => {
    const series = [{ metric: { mountpoint: "/" }, values: [] }, { metric: { mountpoint: "/var" }, values: [[1, "2"], [2, "NaN"], [3, "4"]] satisfies [number, string][] }];
    const found = seriesOf(series, { mountpoint: "/var", host: "a" });
    expect(pointsOf(found)).toEqual([{ timeMs: 1000, value: 2 }, { timeMs: 3000, value: 4 }]);
    expect(seriesOf([], {})).toBeUndefined();
  });

  it("looks at an hour at least and always at its start", () => {
    for (const minutes of [0, 10, 60, 2000]) {
      const one = alert({ id: 1, startedMs: NOW - minutes * MINUTE });
      const { fromMs, toMs } = windowOf(one, NOW);
      expect(toMs - fromMs).toBeGreaterThanOrEqual(60 * MINUTE);
      expect(fromMs).toBeLessThan(one.startedMs);
      expect(toMs).toBeGreaterThanOrEqual(NOW);
    }
  });
});
