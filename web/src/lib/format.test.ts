import { describe, expect, it } from "vitest";
import {
  formatCount, formatDeviation, formatDuration, formatRange, formatValue, fullValue, plural, significant, unitOf,
  trimmed, valueParts,
} from "./format";
import quantities from "./quantities.json";

const plain = (text: string) => text.replaceAll("\u00a0", " ").replaceAll("\u2060", "");

describe("values", () => {
  it.each([
    [0.0246, "seconds", "24.6 ms"],
    [0.000012, "seconds", "12.0 µs"],
    [1.5, "seconds", "1.50 s"],
    [5400, "seconds", "90.0 min"],
    [0, "seconds", "0 ms"],
    [409 * 1024 * 1024, "bytes/s", "409 MiB/s"],
    [41.2 * 1024 ** 3, "bytes", "41.2 GiB"],
    [512, "bytes", "512 B"],
    [1023.9 * 1024, "bytes", "1.00 MiB"],
    [163.75e6, "bits/s", "1.31 Gbit/s"],
    [0.47, "ratio", "47.0 %"],
    [0.734, "ratio", "73.4 %"],
    [1, "ratio", "100 %"],
    [0.0004, "ratio", "0.04 %"],
    [0, "ratio", "0 %"],
    [23_300, "count", "23.3 k"],
    [1_940_000, "count", "1.94 M"],
    [1284, "count", "1,284"],
    [999_960, "count", "1.00 M"],
    [412_000, "1/s", "412 k/s"],
    [3.14159, "1/s", "3.14/s"],
    [19.84, "tasks", "19.8"],
    [81.04, "celsius", "81.0 °C"],
    [-3.5, "celsius", "−3.50 °C"],
  ] as const)("%s %s reads %s", (value, unit, text) => {
    expect(plain(formatValue(value, unit))).toBe(text);
  });

  it("says a missing value with a dash and never prints NaN", () => {
    expect(formatValue(null, "ratio")).toBe("–");
    expect(formatValue(Number.NaN, "bytes")).toBe("–");
    expect(formatValue(Number.POSITIVE_INFINITY, "bytes")).toBe("–");
  });

  it("keeps number and unit together with a no-break space", () => {
    expect(formatValue(0.5, "ratio")).toBe("50.0\u00a0%");
    expect(valueParts(2048, "bytes")).toEqual({ number: "2.00", unit: "KiB" });
  });

  it("gives the measured value for tooltips", () => {
    expect(plain(fullValue(0.123456789, "ratio"))).toBe("0.123456789 of 1");
  });

  it("shows network rates in bits and disk rates in bytes", () => {
    expect(unitOf("bytes/s", "network")).toBe("bits/s");
    expect(unitOf("bytes/s", "disk")).toBe("bytes/s");
    expect(unitOf("furlongs")).toBe("none");
  });
});

describe("ranges", () => {
  it.each([
    [0.0012, 0.0034, "seconds", "1.2–3.4 ms"],
    [0.18, 0.38, "ratio", "18–38 %"],
    [5 * 1024 ** 2, 58 * 1024 ** 2, "bytes/s", "5–58 MiB/s"],
    [38 * 1024 ** 3, 44 * 1024 ** 3, "bytes", "38–44 GiB"],
    [0, 0.044, "ratio", "0–4.4 %"],
    [3.1, 8, "tasks", "3.1–8"],
    [0, 0, "ratio", "0 %"],
    [120, 1900, "count", "120–1,900"],
  ] as const)("%s to %s %s reads %s", (lower, upper, unit, text) => {
    expect(plain(formatRange(lower, upper, unit))).toBe(text);
  });
});

/** The server's sentences are held to the same file: QuantityTests. */
describe("numbers that the server's sentences write, too", () => {
  it.each(quantities.values)("$value $unit reads $list", ({ value, unit, family, list, sentence }) => {
    expect(plain(formatValue(value, unitOf(unit, family)))).toBe(list);
    const { number } = valueParts(value, unitOf(unit, family));
    expect(sentence.replace(/ tasks?$/, "")).toBe(list.replace(number, trimmed(number)));
  });

  it.each(quantities.ranges)("$lower to $upper $unit reads $list", ({ lower, upper, unit, family, list, sentence }) => {
    expect(plain(formatRange(lower, upper, unitOf(unit, family)))).toBe(list);
    expect(sentence.replace(/ tasks?$/, "")).toBe(list);
  });
});

describe("durations", () => {
  it.each([
    [400, "0.4 s"], [9_949, "9.9 s"], [42_900, "42 s"], [352_000, "5 min 52 s"], [38 * 60_000, "38 min"],
    [63 * 60_000, "1 h 3 min"], [120 * 60_000, "2 h"], [(4 * 24 + 18) * 3_600_000, "4 d 18 h"],
    [112 * 86_400_000, "112 d"], [-5, "0.0 s"],
  ] as const)("%s ms reads %s", (ms, text) => {
    expect(plain(formatDuration(ms))).toBe(text);
  });
});

describe("counts and deviations", () => {
  it("agrees in number", () => {
    expect(plain(plural(1, "host"))).toBe("1 host");
    expect(plain(plural(0, "host"))).toBe("0 hosts");
    expect(plain(plural(12_345, "host"))).toBe("12.3 k hosts");
    expect(formatCount(240)).toBe("240");
  });

  it("says a ratio from twice up, a difference below, nothing near zero", () => {
    expect(formatDeviation(0.0246, 0.0012, 0.0028)).toBe("12×");
    expect(formatDeviation(1.38, 0.9, 1.1)).toBe("+38\u00a0%");
    expect(formatDeviation(0.61, 0.85, 0.95)).toBe("−32\u00a0%");
    expect(formatDeviation(4, 0, 0)).toBeNull();
  });

  it("keeps small numbers out of scientific notation", () => {
    expect(significant(0.00001234)).toBe("0.0000123");
    expect(significant(-0.0000000001)).toBe("0");
  });
});
