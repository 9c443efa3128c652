import { NBSP, formatDuration } from "./format";
import { formatDay, formatTime, isSameYear, onTheClock, timeOfClock } from "./time";

/** How long a silence lasts. Clock times are those that the page shows, so "Monday 9:00" survives a change to or from summer time. */

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MONDAY = 1;

/** The next Monday 9:00 strictly after `nowMs`, in the zone that the page shows. */
export function nextMondayAtNine(nowMs: number): number {
  const today = onTheClock(nowMs);
  const days = (MONDAY - today.getUTCDay() + 7) % 7;
  const nine = (after: number) => timeOfClock(`${new Date(today.getTime() + after * DAY).toISOString().slice(0, 10)}T09:00`);
  return nine(days) > nowMs ? nine(days) : nine(days + 7);
}

export interface SilenceChoice {
  id: "1h" | "8h" | "monday";
  label: string;
  endsMs: number;
  /** The consequence: "until 15:40", or the length for days. */
  detail: string;
}

/** The three offered lengths seen from `nowMs`. */
export function silenceChoices(nowMs: number): SilenceChoice[] {
  const monday = nextMondayAtNine(nowMs);
  const hours = (count: 1 | 8): SilenceChoice => ({
    id: count === 1 ? "1h" : "8h",
    label: count === 1 ? `1${NBSP}hour` : `8${NBSP}hours`,
    endsMs: nowMs + count * HOUR,
    detail: `until ${formatTime(nowMs + count * HOUR, nowMs)}`,
  });
  const length = monday - nowMs < 24 * HOUR ? `until ${formatTime(monday, nowMs)}` : formatDuration(monday - nowMs);
  return [hours(1), hours(8), { id: "monday", label: "Until Monday 9:00", endsMs: monday, detail: length }];
}

export const SILENCE_MAX_MS = 366 * 24 * HOUR;

/** What is wrong with an end that was picked by hand, or null. */
export function silenceEndProblem(endsMs: number, nowMs: number): string | null {
  if (!Number.isFinite(endsMs)) return "Pick a day and a time, for example tomorrow 07:00.";
  if (endsMs <= nowMs) return `That is in the past. It is ${formatTime(nowMs, nowMs)} now.`;
  if (endsMs - nowMs > SILENCE_MAX_MS) return "A silence may last one year at most. Switch the rule off instead.";
  return null;
}

/** "until 15:40", "until Mon 23 Nov 09:00" */
export function untilText(endsMs: number, nowMs: number): string {
  return `until ${isSameYear(endsMs, nowMs) ? formatTime(endsMs, nowMs) : `${formatDay(endsMs)} ${onTheClock(endsMs).getUTCFullYear()}`}`;
}
