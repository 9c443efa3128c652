import { describe, expect, it } from "vitest";
import { closest, episodes, holds, type Condition } from "./crossings";

const MINUTE = 60_000;
const above: Condition = { comparison: ">", threshold: 90, forMs: 0 };
const series = (values: (number | null)[]) => values.map((value, index) => ({ timeMs: index * MINUTE, value }));

describe("how often a threshold would have been crossed", () => {
  it("counts each run once and names its worst value", () => {
    expect(episodes(series([1, 95, 99, 92, 3, 91, 2]), MINUTE, above)).toEqual([
      { startMs: MINUTE, firedMs: MINUTE, endMs: 4 * MINUTE, open: false, worst: 99 },
      { startMs: 5 * MINUTE, firedMs: 5 * MINUTE, endMs: 6 * MINUTE, open: false, worst: 91 },
    ]);
  });

  it("leaves out what did not last long enough", () => {
    const found = episodes(series([95, 95, 1, 95, 95, 95, 1]), MINUTE, { ...above, forMs: 2 * MINUTE });
    expect(found.map((one) => one.firedMs)).toEqual([5 * MINUTE]);
  });

  it("says when it would still fire", () => {
    expect(episodes(series([1, 95, 96]), MINUTE, above).map((one) => one.open)).toEqual([true]);
  });

  it("starts anew after a gap, with or without empty points", () => {
    const held = { ...above, forMs: 3 * MINUTE };
    expect(episodes(series([95, 95, null, 95, 95]), MINUTE, held)).toEqual([]);
    const holed = [...series([95, 95]), { timeMs: 9 * MINUTE, value: 95 }, { timeMs: 10 * MINUTE, value: 95 }];
    expect(episodes(holed, MINUTE, held)).toEqual([]);
  });

  it("ends only behind the clear bound, and only when it stays there", () => {
    const sticky = { ...above, clear: 80 };
    expect(episodes(series([95, 85, 95, 70]), MINUTE, sticky).map((one) => one.endMs)).toEqual([3 * MINUTE]);
    expect(episodes(series([85, 95, 85, 79]), MINUTE, { ...sticky, forMs: 2 * MINUTE })).toEqual([]);
    expect(episodes(series([95, 70, 95, 70, 70, 70]), MINUTE, { ...sticky, keepMs: 2 * MINUTE }).map((one) => [one.startMs, one.endMs])).toEqual([[0, 5 * MINUTE]]);
  });

  it("works downwards", () => {
    expect(episodes(series([9, 3, 2, 9]), MINUTE, { comparison: "<", threshold: 5, forMs: 0 })[0]?.worst).toBe(2);
    expect(holds(5, "<=", 5) && holds(5, ">=", 5) && !holds(5, "!=", 5) && holds(5, "==", 5)).toBe(true);
  });

  it("finds the closest miss", () => {
    expect(closest([series([1, 80]), series([70, null])], ">")).toEqual({ series: 0, timeMs: MINUTE, value: 80 });
    expect(closest([series([8, 9])], "<")).toEqual({ series: 0, timeMs: 0, value: 8 });
    expect(closest([series([null])], ">")).toBeNull();
  });
});
