/**
 * Numbers, bytes, rates and durations as people read them (design notes, section 3): three significant digits in lists,
 * a no-break space before every unit, a true minus, ranges with the unit once. The full value belongs into a tooltip.
 * Sentences of the server are written by the same rules (src/Presage/Watching/Quantity.cs), without zeros at the end of a
 * fraction; quantities.json holds both to them.
 */

/** What the server calls a unit, and `bits/s`, which is how network rates are shown. */
export type Unit =
  | "ratio" | "bytes" | "bytes/s" | "bits/s" | "seconds" | "tasks" | "1/s" | "1/week" | "celsius" | "count" | "none";

export const NBSP = "\u00a0";
const MINUS = "\u2212";
/** No line break may fall inside a range, hence the word joiners around the dash. */
const EN_DASH = "\u2060\u2013\u2060";

const KNOWN_UNITS: readonly Unit[] = [
  "ratio", "bytes", "bytes/s", "bits/s", "seconds", "tasks", "1/s", "1/week", "celsius", "count", "none",
];

/** The unit of a reading; network rates are shown in bits, unknown units as plain numbers. */
export function unitOf(unit: string | null | undefined, family?: string): Unit {
  if (unit === "bytes/s" && family === "network") return "bits/s";
  return KNOWN_UNITS.find((known) => known === unit) ?? "none";
}

/** One step of a unit: the raw value is divided by `divisor` and called `suffix`, which is empty for plain numbers. */
export interface Scale { divisor: number; suffix: string }

type Scales = readonly [Scale, ...Scale[]];

function scalesOf(base: number, first: string, ...more: readonly string[]): Scales {
  return [{ divisor: 1, suffix: first }, ...more.map((suffix, index) => ({ divisor: base ** (index + 1), suffix }))];
}

const PLAIN = scalesOf(1000, "", "k", "M", "G", "T");

/** The steps of every unit, smallest first; numbers are written and read by this one table. */
export const SCALES: Readonly<Record<Unit, Scales>> = {
  ratio: [{ divisor: 0.01, suffix: "%" }],
  bytes: scalesOf(1024, "B", "KiB", "MiB", "GiB", "TiB", "PiB"),
  "bytes/s": scalesOf(1024, "B/s", "KiB/s", "MiB/s", "GiB/s", "TiB/s"),
  // Stored in bytes as all network rates are.
  "bits/s": [
    { divisor: 1 / 8, suffix: "bit/s" }, { divisor: 1e3 / 8, suffix: "kbit/s" }, { divisor: 1e6 / 8, suffix: "Mbit/s" }, { divisor: 1e9 / 8, suffix: "Gbit/s" },
    { divisor: 1e12 / 8, suffix: "Tbit/s" },
  ],
  seconds: [
    { divisor: 1e-6, suffix: "µs" }, { divisor: 1e-3, suffix: "ms" }, { divisor: 1, suffix: "s" }, { divisor: 60, suffix: "min" },
    { divisor: 3600, suffix: "h" }, { divisor: 86_400, suffix: "d" },
  ],
  tasks: PLAIN, count: PLAIN, none: PLAIN,
  "1/s": scalesOf(1000, "/s", "k/s", "M/s", "G/s", "T/s"),
  "1/week": [{ divisor: 1, suffix: `a${NBSP}week` }],
  celsius: [{ divisor: 1, suffix: "°C" }],
};

/** Plain numbers stay as they are up to here: 1,284 and not 1.28 k. */
const PLAIN_BELOW: Partial<Record<Unit, number>> = { tasks: 9999.5, count: 9999.5, none: 9999.5, "1/s": 9999.5 };
/** People say 90 s, 90 min and 60 h: where each step of time ends. */
const SECONDS_BELOW = [0.9995e-3, 0.9995, 600, 36_000, 259_200];
/** From here on in the largest step a number is written with its power of ten. */
const SCIENTIFIC_FROM = 1e15;
/** 999.5 of one step would print as "1000": it belongs to the next one. */
const NEXT_FROM = 0.9995;

/** How a value of this size is scaled; ranges and axes use the scale of their largest value for all. */
export function scaleFor(value: number, unit: Unit): Scale {
  const size = Math.abs(value);
  const scales = SCALES[unit];
  if (unit === "seconds") {
    const step = size === 0 ? 1 : SECONDS_BELOW.findIndex((end) => size < end);
    return scales.at(step) ?? scales[0];
  }
  if (size < (PLAIN_BELOW[unit] ?? 0)) return scales[0];
  return scales.findLast((scale) => size / scale.divisor >= NEXT_FROM) ?? scales[0];
}

function withSign(text: string): string {
  return text.startsWith("-") ? MINUS + text.slice(1) : text;
}

function grouped(text: string): string {
  const [whole = "", fraction] = text.split(".");
  const spaced = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? spaced : `${spaced}.${fraction}`;
}

/** A number with `digits` significant digits, with its power of ten only where that is beyond 15, thousands grouped: 24.6, 1,284, −0.05. */
export function significant(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size >= SCIENTIFIC_FROM) return withSign(value.toExponential(2).replace("e+", "e"));
  const places = Math.max(0, Math.min(8, digits - 1 - magnitude(size, digits)));
  const text = value.toFixed(places);
  return withSign(grouped(Number(text) === 0 ? "0" : text));
}

/** A number with exactly so many decimals, thousands grouped, with a true minus. */
export function fixed(value: number, places: number): string {
  const text = value.toFixed(places);
  return withSign(grouped(Number(text) === 0 ? (0).toFixed(places) : text));
}

/** Power of ten after rounding: 999.96 with three digits counts as a thousand. */
function magnitude(size: number, digits: number): number {
  return Math.floor(Math.log10(Number(size.toPrecision(digits))));
}

/** Without zeros at the end of a fraction: as sentences have it, where no digits stand below each other. */
export function trimmed(text: string): string {
  return text.includes(".") && !text.includes("e") ? text.replace(/\.?0+$/, "") : text;
}

/** Number and unit apart, for tiles that set them in different sizes. */
export interface Parts {
  number: string;
  unit: string;
}

export function valueParts(value: number | null | undefined, unit: Unit): Parts {
  if (value === null || value === undefined || !Number.isFinite(value)) return { number: "–", unit: "" };
  const { divisor, suffix } = scaleFor(value, unit);
  const scaled = value / divisor;
  if (unit === "ratio") return { number: percentNumber(scaled), unit: suffix };
  const whole = Number.isInteger(value) && divisor === 1 && Math.abs(value) < SCIENTIFIC_FROM;
  return { number: whole ? withSign(grouped(String(scaled))) : significant(scaled), unit: suffix };
}

function percentNumber(percent: number): string {
  const size = Math.abs(percent);
  if (size === 0) return "0";
  if (size < 0.1) return significant(percent, 1);
  return fixed(percent, size >= 99.95 ? 0 : 1);
}

/** "24.6 ms", "409 MiB/s", "47.0 %", "23.3 k"; "–" when there is no value. */
export function formatValue(value: number | null | undefined, unit: Unit): string {
  const { number, unit: suffix } = valueParts(value, unit);
  return suffix === "" ? number : number + gap(suffix) + suffix;
}

function gap(suffix: string): string {
  return suffix.startsWith("/") ? "" : NBSP;
}

/** A size that does not change, without zeros that say nothing: "64 GiB", "1.8 TiB". */
export function formatCapacity(bytes: number): string {
  const { number, unit } = valueParts(bytes, "bytes");
  return `${trimmed(number)}${NBSP}${unit}`;
}

/** The value as it was measured, for tooltips: every digit, with the plain unit. */
export function fullValue(value: number | null | undefined, unit: Unit): string {
  if (value === null || value === undefined) return "no value";
  const names: Record<Unit, string> = {
    ratio: "of 1", bytes: "bytes", "bytes/s": "bytes/s", "bits/s": "bytes/s", seconds: "s", tasks: "tasks",
    "1/s": "per second", "1/week": "a week", celsius: "°C", count: "", none: "",
  };
  return `${withSign(String(value))}${NBSP}${names[unit]}`.trimEnd();
}

/** "1.2–3.4 ms": two significant digits, the unit once, both ends in the scale of the larger. */
export function formatRange(lower: number, upper: number, unit: Unit): string {
  const { divisor, suffix } = scaleFor(Math.max(Math.abs(lower), Math.abs(upper)), unit);
  const larger = Math.max(Math.abs(lower), Math.abs(upper)) / divisor;
  const low = rangeEnd(lower / divisor, larger);
  const high = rangeEnd(upper / divisor, larger);
  const text = low === high ? high : low + EN_DASH + high;
  return suffix === "" ? text : text + gap(suffix) + suffix;
}

/** What is tiny beside the other end is none: "0–4.2 %". */
function rangeEnd(value: number, larger: number): string {
  if (Math.abs(value) < Math.min(0.005, larger / 20)) return "0";
  return trimmed(significant(value, Math.abs(value) >= 100 ? 3 : 2));
}

/** A count: 1,284 up to four digits, then 23.3 k, 1.94 M. */
export function formatCount(value: number): string {
  return formatValue(value, "count");
}

/** "3 hosts", "1 host". */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)}${NBSP}${count === 1 ? one : many}`;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Two parts at most: "0.4 s", "42 s", "38 min", "1 h 3 min", "4 d 18 h". */
export function formatDuration(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  if (ms < 9_950) return `${(ms / SECOND).toFixed(1)}${NBSP}s`;
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)}${NBSP}s`;
  if (ms < 10 * MINUTE) return pair(ms, MINUTE, "min", SECOND, "s");
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)}${NBSP}min`;
  if (ms < DAY) return pair(ms, HOUR, "h", MINUTE, "min");
  if (ms < 100 * DAY) return pair(ms, DAY, "d", HOUR, "h");
  return `${Math.floor(ms / DAY)}${NBSP}d`;
}

function pair(ms: number, large: number, largeName: string, small: number, smallName: string): string {
  const first = Math.floor(ms / large);
  const second = Math.floor((ms - first * large) / small);
  const head = `${first}${NBSP}${largeName}`;
  return second === 0 ? head : `${head} ${second}${NBSP}${smallName}`;
}

/** How far from usual, in words: "12×" from twice up, "+38 %" below, null when the usual is near nothing. */
export function formatDeviation(value: number, lower: number, upper: number): string | null {
  const usual = (lower + upper) / 2;
  if (Math.abs(usual) < 1e-12 || value === usual) return null;
  const ratio = value / usual;
  if (ratio >= 2) return `${significant(ratio, 2)}×`;
  const percent = Math.round((ratio - 1) * 100);
  if (percent === 0) return null;
  return percent > 0 ? `+${percent}${NBSP}%` : `${MINUS}${-percent}${NBSP}%`;
}
