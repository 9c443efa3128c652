import { describe, expect, it } from "vitest";
import type { Cardinality } from "../api/types";
import { countedRows, explosion } from "./cardinality";

const counts: Cardinality = {
  timeMs: 0, series: 4000, seriesMax: 5_000_000, seriesPerHostMax: 100_000, growthSinceMs: 0,
  metrics: [{ name: "http_seconds", series: 3000, growth: 2900 }, { name: "up", series: 1000, growth: 0 }],
  hosts: [{ name: "web-1", series: 3900, growth: 2900 }, { name: "", series: 100, growth: null }],
  labels: [{ name: "request", values: 2950, series: 3000, growth: 2900 }, { name: "host", values: 2, series: 4000, growth: 0 }],
  pairs: [{ name: "host", value: "web-1", series: 3900 }],
};

describe("countedRows", () => {
  it("gives each count its part of all series", () => {
    expect(countedRows(counts, "metric")[0]).toEqual({ name: "http_seconds", count: 3000, share: 0.75, growth: 2900 });
    expect(countedRows(counts, "label")[0]?.share).toBeNull();
    expect(countedRows(counts, "pair")[0]?.name).toBe('host="web-1"');
    expect(countedRows(counts, "host")[1]?.name).toBe("no host");
  });
});

describe("explosion", () => {
  it("names the label, the metric and the host", () => {
    const found = explosion(counts);
    expect([found?.label?.name, found?.metric?.name, found?.host?.name]).toEqual(["request", "http_seconds", "web-1"]);
  });

  it("keeps quiet about slow growth, new hosts and unknown growth", () => {
    const host = (growth: number | null) => explosion({ ...counts, hosts: [{ name: "web-1", series: 3000, growth }] });
    expect(host(900)).toBeNull();
    expect(host(1400)).toBeNull();
    expect(host(null)).toBeNull();
    expect(host(3000)).toBeNull();
    expect(host(1600)).not.toBeNull();
  });

  it("does not blame labels that grow with the fleet, or what grew too little", () => {
    const found = explosion({ ...counts, labels: [{ name: "instance", values: 2900, series: 4000, growth: 2900 }, { name: "device", values: 40, series: 40, growth: 40 }] });
    expect(found?.label).toBeNull();
  });
});
