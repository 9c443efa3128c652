import { area, line } from "d3-shape";
import type { Layout } from "./layout";
import type { BandPoint, Point } from "./points";

const round = (value: number) => Math.round(value * 10) / 10;

/** The generator of series lines; with a canvas context it draws, without one it returns path text. */
export function lineOf(layout: Layout, context: CanvasRenderingContext2D | null = null) {
  const { x, y } = layout;
  const path = line<Point>().x((point) => round(x(point.timeMs))).y((point) => round(y.scale(point.value)));
  return context === null ? path : path.context(context);
}

/** The area of the usual range. */
export function bandPath(layout: Layout, band: readonly BandPoint[]): string {
  const { x, y, top, bottom } = layout;
  const inside = (value: number) => round(Math.min(bottom, Math.max(top, y.scale(value))));
  const shape = area<BandPoint>().x((point) => round(x(point.timeMs))).y0((point) => inside(point.lower)).y1((point) => inside(point.upper));
  return shape([...band]) ?? "";
}
