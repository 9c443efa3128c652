import { bisector, quantileSorted } from "d3-array";

/** One measured value; times ascend. A gap is the absence of points. */
export interface Point { timeMs: number; value: number }

/** The range a value usually keeps. */
export interface BandPoint { timeMs: number; lower: number; upper: number }

const byTime = bisector<Point, number>((point) => point.timeMs);

/** The longest pause between two points that still counts as continuous: from how regularly the source reports. */
export function gapLimit(points: readonly { timeMs: number }[], leastMs: number): number {
  if (points.length < 3) return Number.POSITIVE_INFINITY;
  const pauses: number[] = [];
  for (let index = 1; index < points.length; index += 1) {
    pauses.push((points[index]?.timeMs ?? 0) - (points[index - 1]?.timeMs ?? 0));
  }
  pauses.sort((a, b) => a - b);
  return Math.max(leastMs, 2.5 * (quantileSorted(pauses, 0.95) ?? leastMs));
}

/** Pieces without gaps. */
export function segments(points: readonly Point[], limitMs: number): Point[][] {
  const pieces: Point[][] = [];
  let piece: Point[] = [];
  for (const point of points) {
    const before = piece.at(-1);
    if (before !== undefined && point.timeMs - before.timeMs > limitMs) {
      pieces.push(piece);
      piece = [];
    }
    piece.push(point);
  }
  if (piece.length > 0) pieces.push(piece);
  return pieces;
}

/** The silent spans between the pieces, for the hatch. */
export function gapsOf(pieces: readonly Point[][]): { fromMs: number; toMs: number }[] {
  return pieces.slice(1).flatMap((piece, index) => {
    const end = pieces[index]?.at(-1);
    const start = piece[0];
    return end === undefined || start === undefined ? [] : [{ fromMs: end.timeMs, toMs: start.timeMs }];
  });
}

/**
 * At most four points for each pixel column (first, minimum, maximum, last, in the order of time), so that no peak is
 * lost however long the range. `columnMs` is the time that one pixel covers.
 */
export function reduceToColumns(points: readonly Point[], fromMs: number, columnMs: number): Point[] {
  if (points.length < 5) return [...points];
  const out: Point[] = [];
  let column = Number.NEGATIVE_INFINITY;
  let first: Point | null = null;
  let low: Point | null = null;
  let high: Point | null = null;
  let last: Point | null = null;
  const flush = () => {
    if (first === null || low === null || high === null || last === null) return;
    const kept = [first, low, high, last].sort((a, b) => a.timeMs - b.timeMs);
    for (const point of kept) if (out.at(-1) !== point) out.push(point);
  };
  for (const point of points) {
    const at = Math.floor((point.timeMs - fromMs) / columnMs);
    if (at !== column) {
      flush();
      column = at;
      first = low = high = point;
    }
    if (low === null || point.value < low.value) low = point;
    if (high === null || point.value > high.value) high = point;
    last = point;
  }
  flush();
  return out;
}

/** The point closest in time, or null when none is within `reachMs`. */
export function nearest(points: readonly Point[], timeMs: number, reachMs = Number.POSITIVE_INFINITY): Point | null {
  const index = byTime.center(points, timeMs);
  const point = points[index];
  return point === undefined || Math.abs(point.timeMs - timeMs) > reachMs ? null : point;
}

/** The points inside a window, with one neighbour on each side so that lines reach the edges. */
export function within(points: readonly Point[], fromMs: number, toMs: number): readonly Point[] {
  const start = Math.max(0, byTime.left(points, fromMs) - 1);
  const end = Math.min(points.length, byTime.right(points, toMs) + 1);
  return start === 0 && end === points.length ? points : points.slice(start, end);
}

export interface Summary { last: number; min: number; max: number; mean: number }

/** Last, minimum, maximum and mean of the points inside the window; null without points. */
export function summarise(points: readonly Point[], fromMs: number, toMs: number): Summary | null {
  let count = 0;
  let sum = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let last = Number.NaN;
  for (const point of points) {
    if (point.timeMs < fromMs || point.timeMs > toMs) continue;
    count += 1;
    sum += point.value;
    min = Math.min(min, point.value);
    max = Math.max(max, point.value);
    last = point.value;
  }
  return count === 0 ? null : { last, min, max, mean: sum / count };
}
