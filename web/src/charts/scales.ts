import { tickStep } from "d3-array";
import { scaleLinear, type ScaleLinear } from "d3-scale";
import { timeTicks, utcTicks } from "d3-time";
import { fixed, scaleFor, type Unit } from "../lib/format";
import { formatClock, formatClockSeconds, formatDay, timesAreUtc } from "../lib/time";

export interface Tick { at: number; label: string }

export interface ValueAxis {
  scale: ScaleLinear<number, number>;
  ticks: Tick[];
  /** The unit of all labels; stands in the title, not on the axis. */
  suffix: string;
}

interface ValueAxisWish {
  low: number;
  high: number;
  unit: Unit;
  /** Start at zero, which rates and usage always do, or fit the data. */
  fit: boolean;
  count: number;
  top: number;
  bottom: number;
}

/** A fitted axis never magnifies less than this part of the value: noise must not look like news. */
const LEAST_SPAN = 0.02;

/** A value axis with few round labels; all labels share one unit. */
export function valueAxis({ low, high, unit, fit, count, top, bottom }: ValueAxisWish): ValueAxis {
  const { divisor, suffix } = scaleFor(Math.max(Math.abs(high), Math.abs(low)) || 1, unit);
  let from = fit ? low / divisor : Math.min(0, low / divisor);
  let to = high / divisor;
  if (!(to > from)) {
    to = from + (from === 0 ? 1 : Math.abs(from) * 0.1);
    if (fit) from -= Math.abs(from) * 0.1;
  }
  if (fit && to - from < LEAST_SPAN * Math.abs(to)) {
    const room = (LEAST_SPAN * Math.abs(to) - (to - from)) / 2;
    to += room;
    from = Math.max(from < 0 ? from - room : 0, from - room);
  }
  // The axis ends on a label at both ends, so that the topmost value has a number above it.
  const step = tickStep(from, to, count);
  const first = Math.floor(from / step + 1e-9);
  const end = Math.ceil(to / step - 1e-9);
  const places = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const stops = Array.from({ length: end - first + 1 }, (_, index) => (first + index) * step);
  const scale = scaleLinear().domain([first * step * divisor, end * step * divisor]).range([bottom, top]);
  return { scale, suffix, ticks: stops.map((stop) => ({ at: stop * divisor, label: fixed(stop, places) })) };
}

/** Times on round marks of the clock: "14:10", "Thu 19 Nov" at midnight, seconds in short windows. */
export function timeAxis(fromMs: number, toMs: number, count: number): Tick[] {
  const seconds = toMs - fromMs < 5 * 60_000;
  const ticks = timesAreUtc() ? utcTicks : timeTicks;
  return ticks(new Date(fromMs), new Date(toMs), count).map((date) => {
    const at = date.getTime();
    const clock = formatClockSeconds(at);
    return { at, label: clock === "00:00:00" ? formatDay(at) : seconds ? clock : formatClock(at) };
  });
}
