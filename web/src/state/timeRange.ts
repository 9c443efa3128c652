/**
 * The time range of a page as it stands in the address: `?range=3h` moves with the clock, `?from=…&to=…` (ms since 1970)
 * stands still.
 */
export type TimeRange =
  | { kind: "last"; ms: number }
  | { kind: "fixed"; fromMs: number; toMs: number };

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const RANGE_CHOICES = [
  { code: "15m", ms: 15 * MINUTE, label: "Last 15 min" },
  { code: "1h", ms: HOUR, label: "Last 1 h" },
  { code: "3h", ms: 3 * HOUR, label: "Last 3 h" },
  { code: "6h", ms: 6 * HOUR, label: "Last 6 h" },
  { code: "24h", ms: DAY, label: "Last 24 h" },
  { code: "3d", ms: 3 * DAY, label: "Last 3 days" },
  { code: "7d", ms: 7 * DAY, label: "Last 7 days" },
  { code: "15d", ms: 15 * DAY, label: "Last 15 days" },
] as const;

export const DEFAULT_RANGE: TimeRange = { kind: "last", ms: HOUR };
const SHORTEST_MS = 10_000;
const LONGEST_MS = 400 * DAY;

/** Reads the range; anything unreadable or absurd is the default. */
export function decodeRange(params: URLSearchParams): TimeRange {
  const from = Number(params.get("from"));
  const to = Number(params.get("to"));
  if (params.has("from") && params.has("to") && to - from >= SHORTEST_MS && to - from <= LONGEST_MS && from >= 0) {
    return { kind: "fixed", fromMs: from, toMs: to };
  }
  const choice = RANGE_CHOICES.find((known) => known.code === params.get("range"));
  return choice === undefined ? DEFAULT_RANGE : { kind: "last", ms: choice.ms };
}

/** The parameters to set in the address; null removes one. The default leaves the address clean. */
export function encodeRange(range: TimeRange): { range: string | null; from: string | null; to: string | null } {
  if (range.kind === "fixed") {
    return { range: null, from: String(Math.round(range.fromMs)), to: String(Math.round(range.toMs)) };
  }
  const isDefault = DEFAULT_RANGE.kind === "last" && range.ms === DEFAULT_RANGE.ms;
  const code = RANGE_CHOICES.find((known) => known.ms === range.ms)?.code ?? null;
  return { range: isDefault ? null : code, from: null, to: null };
}

export interface Window { fromMs: number; toMs: number }

/**
 * The window to draw at `nowMs`. A moving window moves in whole pixels, so that lines do not shimmer: its end is the
 * next multiple of the time that one pixel covers.
 */
export function windowAt(range: TimeRange, nowMs: number, pixels = 800): Window {
  if (range.kind === "fixed") return { fromMs: range.fromMs, toMs: range.toMs };
  const quantum = Math.max(1000, Math.round(range.ms / pixels));
  const toMs = Math.ceil(nowMs / quantum) * quantum;
  return { fromMs: toMs - range.ms, toMs };
}

/** Back (-1) or forth (+1) in time by half a window; never into the future. */
export function shiftRange(range: TimeRange, direction: -1 | 1, nowMs: number): TimeRange {
  const window = windowAt(range, nowMs);
  const half = (window.toMs - window.fromMs) / 2;
  const toMs = window.toMs + direction * half;
  if (toMs >= nowMs) return range.kind === "last" ? range : closestLast(window.toMs - window.fromMs, nowMs);
  return { kind: "fixed", fromMs: toMs - 2 * half, toMs };
}

function closestLast(ms: number, nowMs: number): TimeRange {
  const choice = RANGE_CHOICES.find((known) => known.ms === ms);
  return choice === undefined ? { kind: "fixed", fromMs: nowMs - ms, toMs: nowMs } : { kind: "last", ms };
}
