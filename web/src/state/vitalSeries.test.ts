import { expect, it } from "vitest";
import { interleave, planFor, pointsOf, zipBand } from "./vitalSeries";

it("asks for every sample of short windows and for extremes of long ones", () => {
  expect(planFor({ fromMs: 0, toMs: 15 * 60_000 }, 600)).toEqual({ stepMs: 1000, exact: true });
  expect(planFor({ fromMs: 0, toMs: 3_600_000 }, 600)).toEqual({ stepMs: 6000, exact: false });
  expect(planFor({ fromMs: 0, toMs: 15 * 86_400_000 }, 600)).toEqual({ stepMs: 2_160_000, exact: false });
});

it("reads samples and leaves out what is not a number", () => {
  const values: [number, string][] = [[1, "2.5"], [2, "NaN"], [3, "+Inf"], [4, "-1"]];
  expect(pointsOf({ metric: {}, values })).toEqual([{ timeMs: 1000, value: 2.5 }, { timeMs: 4000, value: -1 }]);
});

it("keeps both extremes of a step inside the step", () => {
  const line = interleave([{ timeMs: 6000, value: 1 }, { timeMs: 12_000, value: 4 }], [{ timeMs: 6000, value: 9 }, { timeMs: 12_000, value: 4 }], 6000);
  expect(line).toEqual([{ timeMs: 1500, value: 1 }, { timeMs: 4500, value: 9 }, { timeMs: 9000, value: 4 }]);
});

it("draws a band only where both ends are known", () => {
  expect(zipBand([{ timeMs: 1, value: 1 }, { timeMs: 2, value: 1 }], [{ timeMs: 2, value: 3 }])).toEqual([{ timeMs: 2, lower: 1, upper: 3 }]);
});
