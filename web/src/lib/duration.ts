import { NBSP } from "./format";

/** Lengths of time as people type them: "5 min", "90 s", "1 h 30 min", "2d", and back. */

const UNITS: readonly { names: readonly string[]; seconds: number; write: string }[] = [
  { names: ["w", "week", "weeks"], seconds: 604_800, write: "w" },
  { names: ["d", "day", "days"], seconds: 86_400, write: "d" },
  { names: ["h", "hour", "hours"], seconds: 3600, write: "h" },
  { names: ["min", "m", "minute", "minutes"], seconds: 60, write: "min" },
  { names: ["s", "sec", "second", "seconds"], seconds: 1, write: "s" },
];

export type ParsedDuration = { ok: true; seconds: number } | { ok: false; problem: string };

const WHOLE = /^\s*(?:\d+(?:\.\d+)?\s*[a-zµ]+\s*)+$/i;
const PART = /(\d+(?:\.\d+)?)\s*([a-zµ]+)/gi;

/** Reads a length of `minSeconds` to `maxSeconds`; the problem names what to write instead. */
export function parseDuration(text: string, minSeconds: number, maxSeconds: number): ParsedDuration {
  const bare = text.replaceAll(NBSP, " ").trim();
  if (bare === "") return { ok: false, problem: "Give a length, for example 5 min." };
  if (/^0+$/.test(bare) && minSeconds <= 0) return { ok: true, seconds: 0 };
  if (/^\d+(\.\d+)?$/.test(bare)) return { ok: false, problem: `${bare} of what? Add s, min, h or d, for example ${bare} min.` };
  if (!WHOLE.test(bare)) return { ok: false, problem: `"${bare}" is no length of time. Write it like 90 s, 5 min or 1 h 30 min.` };
  let seconds = 0;
  for (const [, number = "", name = ""] of bare.matchAll(PART)) {
    const unit = UNITS.find((known) => known.names.includes(name.toLowerCase()));
    if (unit === undefined) return { ok: false, problem: `"${name}" is no unit of time. Use s, min, h or d.` };
    seconds += Number(number) * unit.seconds;
  }
  seconds = Math.round(seconds);
  if (seconds < minSeconds) return { ok: false, problem: `That is too short: at least ${writeDuration(minSeconds)}.` };
  if (seconds > maxSeconds) return { ok: false, problem: `That is too long: at most ${writeDuration(maxSeconds)}.` };
  return { ok: true, seconds };
}

/** "5 min", "1 h 30 min", "0 s": nothing is rounded away, so that it can be edited and read back. */
export function writeDuration(seconds: number): string {
  let left = Math.round(seconds);
  if (left === 0) return `0${NBSP}s`;
  const parts: string[] = [];
  for (const unit of UNITS.slice(1)) {
    const count = Math.floor(left / unit.seconds);
    if (count > 0) parts.push(`${count}${NBSP}${unit.write}`);
    left -= count * unit.seconds;
  }
  return parts.join(" ");
}
