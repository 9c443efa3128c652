import { scaleLinear, type ScaleLinear } from "d3-scale";
import type { ChartData, ChartSeries } from "./model";
import { gapLimit, gapsOf, reduceToColumns, segments, within, type Point } from "./points";
import { timeAxis, valueAxis, type Tick, type ValueAxis } from "./scales";

export interface LaidSeries { series: ChartSeries; pieces: Point[][]; tone: string }

/** A chart as numbers: everything the marks need, computed once from data and size. */
export interface Layout {
  width: number;
  height: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
  x: ScaleLinear<number, number>;
  y: ValueAxis;
  times: Tick[];
  lines: LaidSeries[];
  gaps: { fromMs: number; toMs: number }[];
}

const LEFT = 46;
const RIGHT = 10;
const TOP = 8;
const AXIS = 22;
const NO_AXIS = 6;
/** Steps of at least a second never break the line before five of them are missing. */
const GAP_LEAST_MS = 5000;

export function layOut(data: ChartData, width: number, height: number): Layout {
  const left = LEFT;
  const right = Math.max(left + 20, width - RIGHT);
  const bottom = height - (data.axis === false ? NO_AXIS : AXIS);
  const visible = data.series.map((series) => within(series.points, data.fromMs, data.toMs));
  const { low, high } = extent(data, visible);
  const y = valueAxis({ low, high, unit: data.unit, fit: data.fit ?? false, count: bottom - TOP < 80 ? 2 : bottom - TOP < 180 ? 3 : 5, top: TOP, bottom });
  const x = scaleLinear().domain([data.fromMs, data.toMs]).range([left, right]);
  const columnMs = (data.toMs - data.fromMs) / Math.max(1, right - left);
  const lines: LaidSeries[] = [];
  const gaps: { fromMs: number; toMs: number }[] = [];
  data.series.forEach((series, index) => {
    const points = visible[index] ?? [];
    const pieces = segments(points, gapLimit(points, Math.max(GAP_LEAST_MS, 3 * columnMs)));
    if (data.series.length === 1) gaps.push(...gapsOf(pieces));
    const tone = data.series.length === 1 ? (data.staleSinceMs === undefined ? "plot" : "plot-quiet") : `s${Math.min(index, 6) + 1}`;
    lines.push({ series, tone, pieces: pieces.map((piece) => reduceToColumns(piece, data.fromMs, columnMs)) });
  });
  return { width, height, left, right, top: TOP, bottom, x, y, lines, gaps, times: timeAxis(data.fromMs, data.toMs, Math.max(2, Math.min(8, Math.floor((right - left) / 95)))) };
}

function extent(data: ChartData, visible: readonly (readonly Point[])[]): { low: number; high: number } {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  const take = (value: number) => {
    if (value < low) low = value;
    if (value > high) high = value;
  };
  for (const points of visible) for (const point of points) take(point.value);
  for (const band of data.band ?? []) {
    if (band.timeMs < data.fromMs || band.timeMs > data.toMs) continue;
    take(band.lower);
    take(band.upper);
  }
  // A threshold far above the data would press the line flat; it is drawn only when it is near.
  for (const threshold of data.thresholds ?? []) if (threshold.value <= 2.5 * high) take(threshold.value);
  return Number.isFinite(low) ? { low, high } : { low: 0, high: 1 };
}

/** Whether a threshold is inside the picture. */
export function shows(layout: Layout, value: number): boolean {
  const [low = 0, high = 0] = layout.y.scale.domain();
  return value >= low && value <= high;
}
