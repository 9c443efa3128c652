import { describe, expect, it } from "vitest";
import type { Rule } from "../../api/types";
import { anomalyRuns, anomalyVerdict, chanceText, conditionOf, conditionText, draftOf, gist, newRuleDraft, readDraft, readOwnDraft, tryOut, verdict, watchText } from "./model";

const rule: Rule = {
  id: "cpu-saturated", name: "CPU saturated", enabled: true, stock: true, changed: false, kind: "threshold", hosts: "", families: [], severity: "warning", query: 'presage_vital{vital="cpu_use"}',
  unless: null, comparison: ">", threshold: 0.95, clearThreshold: 0.855, unit: "ratio", forSeconds: 300, keepFiringSeconds: 0, sentence: "", lastEvaluationMs: null,
  lastError: null, firing: 0, pending: 0,
};
const plain = (text: string) => text.replaceAll("\u00a0", " ");

describe("editing a rule", () => {
  it("writes its condition as a sentence", () => {
    expect(plain(conditionText(rule))).toBe("above 95 % for 5 min");
    expect(plain(conditionText({ ...rule, forSeconds: 0 }))).toBe("above 95 %, at once");
    expect(conditionText({ ...rule, query: "presage_host_peer_anomaly", threshold: 0.5, forSeconds: 0 })).toBe("anything unlike them");
  });

  it("tells what it would say before it has", () => {
    const of = (sentence: string, change: Partial<Rule> = {}) => plain(gist({ ...rule, sentence, ...change }));
    expect(of("{host}: CPU is {value} busy for {duration}; threshold {threshold}.")).toBe("CPU is over 95 % busy for 5 min");
    expect(of("{host}: file system {mountpoint} is {value} full; threshold {threshold}. Act.")).toBe("a file system is over 95 % full");
    expect(of("{host}: {device} had I/O errors, {value} in the last 10 min; usually none.", { threshold: 0, unit: "count" })).toBe("a disk had I/O errors, some in the last 10 min; usually none");
    expect(of("{host}: {vital} is {value}.", { comparison: "<" })).toBe("… is under 95 %");
  });

  it("takes a sensitivity of its own for anomalies", () => {
    const unusual: Rule = { ...rule, comparison: "<=", threshold: 100, clearThreshold: 100, unit: "1/week", forSeconds: 0 };
    expect(conditionText(unusual)).toBe("any anomaly of a host");
    expect(plain(conditionText({ ...unusual, threshold: 0.03 }))).toBe("anomalies as rare as 0.03 a week");
    expect(plain(conditionText({ ...unusual, forSeconds: 300 }))).toBe("any anomaly of a host for 5 min");
    expect([0.03, 0.001, 0.8, 1, 7].map((rate) => plain(chanceText(rate)))).toEqual(["once in 33 weeks", "once in 19 years", "once a week", "once a week", "7 times a week"]);
    expect(readDraft(unusual, { ...draftOf(unusual), threshold: "0.03" }).change).toEqual({ threshold: 0.03 });
    expect(readDraft(unusual, { ...draftOf(unusual), threshold: "0" }).problems.threshold).toContain("0.001 to 100");
  });

  it("reads a rule of one's own, and names whom it is for", () => {
    const draft = { ...newRuleDraft(), name: " Databases ", hosts: "db.*", families: ["disk", "network"], threshold: "0.03", forText: "5 min" };
    expect(readOwnDraft(draft)).toEqual({
      wanted: { name: "Databases", hosts: "db.*", families: ["disk", "network"], severity: "warning", falseAlarms: 0.03, forSeconds: 300 },
      problems: { threshold: null, forText: null },
    });
    expect(readOwnDraft({ ...draft, threshold: "200" }).problems.threshold).toContain("0.001 to 100");
    const told = (change: Partial<Rule>) => gist({ ...rule, sentence: "{host}: behaves unlike usual. {explanation}", unit: "1/week", ...change });
    expect(told({ hosts: "db.*", families: ["disk", "network"] })).toBe("behaves unlike usual in disks or network, on hosts db.* only");
    expect(told({ families: ["cpu", "memory", "filesystem"] })).toBe("behaves unlike usual in CPU, memory or file systems");
    expect(told({ hosts: "web1" })).toBe("behaves unlike usual, on hosts web1 only");
    expect(told({})).toBe("behaves unlike usual");
  });

  it("says how many rules watch every host, and how many some", () => {
    const some = { hosts: "db.*" }, every = { hosts: "" };
    expect([[every], [every, every], [every, every, some], [every, some, some], [some], []].map(watchText)).toEqual([
      "1 rule watches every host.", "2 rules watch every host.", "2 rules watch every host, 1 watches some hosts.",
      "1 rule watches every host, 2 watch some hosts.", "1 rule watches some hosts.", "0 rules watch every host.",
    ].map((text) => text.replace(/^(\d) /, "$1\u00a0")));
  });

  it("sends only what was changed", () => {
    expect(readDraft(rule, draftOf(rule)).change).toEqual({});
    expect(readDraft(rule, { threshold: "90 %", forText: "5 min", severity: "critical" }).change).toEqual({ threshold: 0.9, severity: "critical" });
  });

  it("refuses what the server would refuse", () => {
    expect(readDraft(rule, { ...draftOf(rule), threshold: "120 %" }).problems.threshold).toContain("at most 100");
    expect(readDraft(rule, { ...draftOf(rule), threshold: "much", forText: "2 d" }).problems.forText).toContain("too long");
  });
});

describe("trying a rule out", () => {
  const minute = 60;
  const series = (host: string, values: number[]) => ({ metric: { __name__: "presage_vital", host, vital: "cpu_use" }, values: values.map((value, index) => [index * minute, String(value)]) });
  const condition = conditionOf(rule, 0.95, 120);
  if (condition === null) throw new Error("no condition");

  it("moves the bound at which it ends along", () => {
    expect(conditionOf(rule, 0.5, 0)?.clear).toBeCloseTo(0.45);
  });

  it("counts over all hosts", () => {
    const tried = tryOut([series("a", [0.99, 0.99, 0.99, 0.1]), series("b", [0.2, 0.96, 0.2, 0.2])], 60_000, condition);
    expect(tried.firings.map((one) => [one.who, one.firedMs])).toEqual([["a", 120_000]]);
    expect(tried.worst.map((point) => point.value)).toEqual([0.99, 0.99, 0.99, 0.2]);
    expect(plain(verdict(tried, "ratio"))).toBe("It would have fired once, 1 min in total.");
  });

  it("counts anomalies by how rare they were", () => {
    const runs = anomalyRuns([
      { metric: { host: "a" }, values: [[300, "0.5"], [600, "0.02"], [3600, "0.4"]] }, { metric: { host: "b" }, values: [[6900, "7"], [7200, "7"]] },
    ], 300_000, 7_200_000);
    expect(runs.map((run) => [run.who, run.startMs / 60_000, run.endMs / 60_000, run.rate, run.open])).toEqual([["a", 0, 10, 0.02, false], ["a", 55, 60, 0.4, false], ["b", 110, 120, 7, true]]);
    expect(plain(anomalyVerdict(runs, 100, 0))).toBe("It would have fired 3 times, 25 min in total.");
    expect(plain(anomalyVerdict(runs, 0.5, 0))).toBe("It would have fired twice, 15 min in total, of 3 anomalies.");
    expect(plain(anomalyVerdict(runs, 0.001, 0))).toBe("It would not have fired, of 3 anomalies. The rarest was 0.02 a week on a.");
    expect(anomalyVerdict([], 1, 0)).toContain("no host that is known for a day had an anomaly");
  });

  it("names the closest miss", () => {
    const tried = tryOut([series("a", [0.1, 0.81])], 60_000, condition);
    expect(plain(verdict(tried, "ratio"))).toBe("It would not have fired. The closest was 81.0 % on a.");
    expect(verdict(tryOut([], 60_000, condition), "ratio")).toContain("no series match");
  });
});
