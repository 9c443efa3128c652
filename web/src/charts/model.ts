import type { Unit } from "../lib/format";
import type { BandPoint, Point } from "./points";

/** What a chart draws, from back to front. Everything but series and window is optional. */
export interface ChartSeries {
  id: string;
  name: string;
  points: readonly Point[];
}

export interface Shade { fromMs: number; toMs: number; state: "warning" | "critical" }
export interface Threshold { value: number; label: string; state: "warning" | "critical" }
/** Something that happened at a time; a change of regime has a cap, to be told from alerts. */
export interface EventMark { timeMs: number; label: string; isChange?: boolean }

export interface ChartData {
  fromMs: number;
  toMs: number;
  unit: Unit;
  series: readonly ChartSeries[];
  band?: readonly BandPoint[];
  shades?: readonly Shade[];
  thresholds?: readonly Threshold[];
  marks?: readonly EventMark[];
  /** Draws the line of the present when it is inside the window. */
  nowMs?: number | undefined;
  /** The line greys and everything after this time is hatched. */
  staleSinceMs?: number | undefined;
  /** Fit the value axis to the data instead of starting at zero; its lowest label says so. */
  fit?: boolean;
  /** Whether the times stand below; charts stacked over one another share the last one's. */
  axis?: boolean;
}
