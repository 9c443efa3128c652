import { describe, expect, it } from "vitest";
import { gapLimit, gapsOf, nearest, reduceToColumns, segments, summarise, within, type Point } from "./points";

const every = (stepMs: number, values: readonly number[], fromMs = 0): Point[] =>
  values.map((value, index) => ({ timeMs: fromMs + index * stepMs, value }));

describe("gaps", () => {
  it("follows the rhythm of the source", () => {
    const steady = [...every(1000, Array<number>(30).fill(1)), ...every(1000, Array<number>(30).fill(1), 90_000)];
    const limit = gapLimit(steady, 5000);
    expect(limit).toBe(5000);
    expect(gapsOf(segments(steady, limit))).toEqual([{ fromMs: 29_000, toMs: 90_000 }]);
    const slow = every(15_000, Array<number>(40).fill(1));
    expect(segments(slow, gapLimit(slow, 5000))).toHaveLength(1);
  });

  it("sees none in two points", () => {
    expect(segments(every(60_000, [1, 2]), gapLimit(every(60_000, [1, 2]), 1000))).toHaveLength(1);
  });
});

describe("reduction", () => {
  it("keeps the minimum and maximum of every column", () => {
    const points = every(10, Array.from({ length: 10_000 }, (_, index) => (index === 4321 ? 99 : index === 777 ? -99 : Math.sin(index))));
    const reduced = reduceToColumns(points, 0, 1000);
    expect(reduced.length).toBeLessThanOrEqual(400);
    const values = reduced.map((point) => point.value);
    expect(Math.max(...values)).toBe(99);
    expect(Math.min(...values)).toBe(-99);
    expect(reduced[0]).toBe(points[0]);
    expect(reduced.at(-1)).toBe(points.at(-1));
  });

  it("keeps the order of time and repeats no point", () => {
    const reduced = reduceToColumns(every(7, Array.from({ length: 500 }, (_, index) => (index * 37) % 91)), 0, 100);
    for (let index = 1; index < reduced.length; index += 1) {
      expect(reduced[index]?.timeMs).toBeGreaterThan(reduced[index - 1]?.timeMs ?? Infinity);
    }
  });
});

describe("reading", () => {
  const points = every(1000, [1, 5, 3]);
  it("finds the nearest within reach", () => {
    expect(nearest(points, 1400)?.value).toBe(5);
    expect(nearest(points, 9000, 1000)).toBeNull();
    expect(nearest([], 0)).toBeNull();
  });
  it("keeps one neighbour beyond each edge", () => {
    expect(within(every(1000, [0, 1, 2, 3, 4, 5]), 2500, 3500).map((point) => point.value)).toEqual([2, 3, 4]);
  });
  it("summarises only what is inside", () => {
    expect(summarise(points, 1000, 2000)).toEqual({ last: 3, min: 3, max: 5, mean: 4 });
    expect(summarise(points, 5000, 6000)).toBeNull();
  });
});
