import { describe, expect, it } from "vitest";
import type { Unit } from "./format";
import { parseQuantity, writeQuantity } from "./quantity";

const GIB = 1024 ** 3;

describe("thresholds with units", () => {
  it.each<[string, Unit, number]>([
    ["90 %", "ratio", 0.9], ["90", "ratio", 0.9], ["0.5%", "ratio", 0.005], ["12 ms", "seconds", 0.012], ["2 min", "seconds", 120],
    ["5 GiB", "bytes", 5 * GIB], ["5 gib", "bytes", 5 * GIB], ["1.5 TB", "bytes", 1.5e12], ["10 MiB/s", "bytes/s", 10_485_760], ["8 Mbit/s", "bits/s", 1e6],
    ["1,200", "count", 1200], ["−4 °C", "celsius", -4], ["3", "tasks", 3], ["5 /s", "1/s", 5], ["0.03 a week", "1/week", 0.03], ["0.5", "1/week", 0.5], ["2 k", "count", 2000],
  ])("%s as %s", (text, unit, value) => {
    expect(parseQuantity(text, unit)).toEqual({ ok: true, value });
  });

  it("comes back as it was written", () => {
    const cases: [number, Unit][] = [
      [0.9, "ratio"], [0.955, "ratio"], [0, "ratio"], [0.012, "seconds"], [300, "seconds"], [5 * GIB, "bytes"], [1536, "bytes"], [7, "count"], [12_345, "count"],
      [12.5, "celsius"], [-4, "celsius"], [1e6, "bits/s"], [0, "bytes/s"], [0.5, "tasks"], [0.25, "1/s"],
    ];
    for (const [value, unit] of cases) expect(parseQuantity(writeQuantity(value, unit), unit)).toEqual({ ok: true, value });
  });

  it("writes them as people read them", () => {
    expect(writeQuantity(0.9, "ratio")).toBe("90\u00a0%");
    expect(writeQuantity(0.012, "seconds")).toBe("12\u00a0ms");
    expect(writeQuantity(5 * GIB, "bytes")).toBe("5\u00a0GiB");
    expect(writeQuantity(60, "seconds")).toBe("1\u00a0min");
    expect(writeQuantity(3, "tasks")).toBe("3");
  });

  it.each<[string, Unit, string]>([
    ["", "ratio", "Give a value."], ["much", "ratio", "Write it like 90\u00a0%"], ["12 mss", "seconds", '"mss" is no unit here. Use µs, ms, s, min, h or d'],
    ["5 %", "count", "Use k, M, G or T"], ["1e999", "count", "too large"],
  ])("%s is refused with what to write", (text, unit, problem) => {
    const parsed = parseQuantity(text, unit);
    expect(parsed.ok ? "" : parsed.problem).toContain(problem);
  });
});
