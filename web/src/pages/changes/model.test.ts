import { describe, expect, test } from "vitest";
import type { ChangeItem } from "../../api/types";
import { chanceText, mayBeChance, movedFirst, movedText, pointsOf, subjectAndRest } from "./model";

function item(change: Partial<ChangeItem>): ChangeItem {
  return {
    host: "web1", name: "node_load1", subject: "node_load1", sentence: "node_load1 rose from 1 to 9 at 14:02 on web1.", labels: {},
    query: "node_load1", kind: "rose", sinceMs: 1_000, before: 1, after: 9, unit: "none", family: "", rate: false, chance: 1e-6,
    falseShare: 0.001, windows: 24, asOdd: 0, effect: 12, strength: 9, copies: 0, hosts: ["web1"], hostCount: 1, alike: [], shape: [], ...change,
  };
}

describe("what changed", () => {
  test("draws spans at their middle and leaves out those without samples", () => {
    expect(pointsOf(item({ shape: [1, null, 3] }), { baselineFromMs: 0, toMs: 300 })).toEqual([{ timeMs: 50, value: 1 }, { timeMs: 250, value: 3 }]);
  });

  test("says how it moved in its unit, and nothing where there was nothing", () => {
    expect(movedText(item({ before: 0.034, after: 0.974, unit: "ratio" }))).toBe("3.4\u00a0%\u00a0→ 97.4\u00a0%");
    expect(movedText(item({ before: null, after: 2 }))).toBe("nothing\u00a0→ 2");
  });

  test("sets the subject apart where the sentence begins with it", () => {
    expect(subjectAndRest(item({}))).toEqual(["node_load1", " rose from 1 to 9 at 14:02 on web1."]);
    expect(subjectAndRest(item({ subject: "other" }))[1]).toBe("");
  });

  test("names the first mover only where it is clearly first and strong", () => {
    const early = item({ sinceMs: 1_000, strength: 8 }), late = item({ sinceMs: 31_000, strength: 9 });
    expect(movedFirst([late, early])).toBe(early);
    expect(movedFirst([late, { ...early, strength: 1 }])).toBeNull();
    expect(movedFirst([late, { ...early, sinceMs: 30_000 }])).toBeNull();
    expect(movedFirst([])).toBeNull();
  });

  test("calls chance what is likelier chance than not by a fifth", () => {
    expect([mayBeChance(item({ falseShare: 0.5 })), mayBeChance(item({ falseShare: 0.1 }))]).toEqual([true, false]);
    expect([mayBeChance(item({ asOdd: 5 })), mayBeChance(item({ falseShare: null, windows: 0 }))]).toEqual([true, null]);
    expect(chanceText(item({}))).toBe("beyond chance, in none of 24 windows before");
    expect(chanceText(item({ asOdd: 5 }))).toBe("may be chance, as much in 5 of 24 windows before");
    expect(chanceText(item({ falseShare: null, windows: 2 }))).toBe("chance not known");
  });
});
