import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { ChartPicture } from "./Chart";
import { layOut } from "./layout";
import type { ChartData } from "./model";
import type { Point } from "./points";
import { SparkPicture } from "./Sparkline";

// Thursday 19 November 2026, 14:40 CET; each chart is kept as a picture: look at the difference before you accept it.
const NOW = Date.UTC(2026, 10, 19, 13, 40);
const MINUTE = 60_000;
const FROM = NOW - 100 * MINUTE;

const wave = (jumpAt = 84): Point[] => Array.from({ length: 101 }, (_, minute) => ({
  timeMs: FROM + minute * MINUTE, value: (20 + 4 * Math.sin(minute / 12) + (minute > jumpAt ? 32 : 0)) / 1000,
}));
const band = Array.from({ length: 21 }, (_, index) => ({
  timeMs: FROM + index * 5 * MINUTE, lower: 0.014 + 0.003 * Math.sin(index / 2.4), upper: 0.027 + 0.004 * Math.sin(index / 2.4),
}));
const base: ChartData = { fromMs: FROM, toMs: NOW, unit: "seconds", nowMs: NOW, series: [{ id: "a", name: "Write latency", points: wave() }] };

const pictures: Record<string, ChartData> = {
  loaded: {
    ...base, band, shades: [{ fromMs: FROM + 84 * MINUTE, toMs: NOW, state: "warning" }],
    thresholds: [{ value: 0.07, label: "critical above 70 ms", state: "critical" }], marks: [{ timeMs: FROM + 82 * MINUTE, label: "Alert fired" }],
  },
  gap: { ...base, band, series: [{ id: "a", name: "Write latency", points: wave(999).filter((_, minute) => minute <= 46 || minute >= 64) }] },
  stale: { ...base, staleSinceMs: FROM + 91 * MINUTE, series: [{ id: "a", name: "Write latency", points: wave().slice(0, 92) }] },
  empty: { ...base, series: [{ id: "a", name: "Write latency", points: [] }] },
  several: {
    ...base, unit: "bytes/s",
    series: ["sda", "sdb", "sdc"].map((name, index) => ({ id: name, name, points: wave().map((point) => ({ ...point, value: point.value * 1e9 * (index + 1) })) })),
  },
  fitted: { ...base, unit: "ratio", fit: true, series: [{ id: "a", name: "Space used", points: wave(999).map((point) => ({ ...point, value: 0.7 + point.value })) }] },
  days: { ...base, fromMs: NOW - 7 * 1440 * MINUTE, axis: true },
};

describe("chart pictures", () => {
  it.each(Object.entries(pictures))("%s", async (name, data) => {
    const layout = layOut(data, 420, 148);
    const svg = renderToStaticMarkup(<ChartPicture layout={layout} data={data} title={name} />);
    await expect(svg.replaceAll("><", ">\n<") + "\n").toMatchFileSnapshot(`__pictures__/${name}.svg`);
  });

  it("sparkline", async () => {
    const svg = renderToStaticMarkup(
      <SparkPicture points={wave()} band={band} fromMs={FROM} toMs={NOW} height={40} width={184} state="critical" sinceMs={FROM + 84 * MINUTE} />,
    );
    await expect(svg.replaceAll("><", ">\n<") + "\n").toMatchFileSnapshot("__pictures__/sparkline.svg");
  });
});

describe("axes", () => {
  it("starts at zero and ends on a label", () => {
    const { y } = layOut(base, 420, 148);
    expect(y.ticks.map((tick) => tick.label)).toEqual(["0", "20", "40", "60"]);
    expect(y.suffix).toBe("ms");
  });

  it("labels all values in one unit", () => {
    const { y } = layOut({ ...base, unit: "ratio", series: [{ id: "a", name: "a", points: [{ timeMs: NOW, value: 0.93 }] }] }, 420, 148);
    expect(y.ticks.map((tick) => tick.label)).toEqual(["0", "20", "40", "60", "80", "100"]);
    expect(y.suffix).toBe("%");
  });

  it("survives a flat line and no data", () => {
    for (const value of [0, 5, -3]) {
      const { y } = layOut({ ...base, series: [{ id: "a", name: "a", points: [{ timeMs: NOW, value }] }] }, 420, 148);
      expect(y.ticks.length).toBeGreaterThan(1);
      expect(Number.isFinite(y.scale(value))).toBe(true);
    }
  });
});
