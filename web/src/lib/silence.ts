import { NBSP, formatDuration } from "./format";
import { formatDay, formatTime } from "./time";

/** How long a silence lasts. Clock times are those of the browser's zone, so "Monday 9:00" survives a change to or from summer time. */

const HOUR = 3_600_000;
const MONDAY = 1;

/** The next Monday 9:00 strictly after `nowMs`, in the browser's zone. */
export function nextMondayAtNine(nowMs: number): number {
  const at = new Date(nowMs);
  at.setHours(9, 0, 0, 0);
  const days = (MONDAY - at.getDay() + 7) % 7;
  at.setDate(at.getDate() + days);
  if (at.getTime() <= nowMs) at.setDate(at.getDate() + 7);
  return at.getTime();
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

const two = (value: number) => String(value).padStart(2, "0");

/** The value of an `<input type="datetime-local">` for a time. */
export function toLocalInput(timeMs: number): string {
  const at = new Date(timeMs);
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** The time such a value names, in the browser's zone; NaN when there is none. */
export function fromLocalInput(text: string): number {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) ? new Date(text).getTime() : Number.NaN;
}

/** "until 15:40", "until Mon 23 Nov 09:00" */
export function untilText(endsMs: number, nowMs: number): string {
  const sameYear = new Date(endsMs).getFullYear() === new Date(nowMs).getFullYear();
  return `until ${sameYear ? formatTime(endsMs, nowMs) : `${formatDay(endsMs)} ${new Date(endsMs).getFullYear()}`}`;
}
