/** Clock times in the browser's zone, 24 h: "14:02" today, "Sat 14 Nov 00:50" this year, else "24 Feb 2027". UTC is a hover away. */

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const two = (value: number) => String(value).padStart(2, "0");

/** "14:02" */
export function formatClock(timeMs: number): string {
  const at = new Date(timeMs);
  return `${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** "14:02:31" */
export function formatClockSeconds(timeMs: number): string {
  return `${formatClock(timeMs)}:${two(new Date(timeMs).getSeconds())}`;
}

/** "Thu 19 Nov" */
export function formatDay(timeMs: number): string {
  const at = new Date(timeMs);
  return `${DAYS[at.getDay()] ?? ""} ${at.getDate()} ${MONTHS[at.getMonth()] ?? ""}`;
}

/** As short as stays unmistakable seen from `nowMs`. */
export function formatTime(timeMs: number, nowMs: number): string {
  const at = new Date(timeMs);
  const now = new Date(nowMs);
  if (at.getFullYear() !== now.getFullYear()) {
    return `${at.getDate()} ${MONTHS[at.getMonth()] ?? ""} ${at.getFullYear()}`;
  }
  const sameDay = at.getMonth() === now.getMonth() && at.getDate() === now.getDate();
  return sameDay ? formatClock(timeMs) : `${formatDay(timeMs)} ${formatClock(timeMs)}`;
}

/** "2026-11-19 13:40:12 UTC", the unambiguous form for tooltips. */
export function formatUtc(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** "Thu 19 Nov 14:40:12 CET · 2026-11-19 13:40:12 UTC" */
export function timeTooltip(timeMs: number): string {
  return `${formatDay(timeMs)} ${formatClockSeconds(timeMs)} ${zoneName(timeMs)} · ${formatUtc(timeMs)}`;
}

/** "CET"; the zone is named once per page. */
export function zoneName(timeMs: number): string {
  const parts = new Intl.DateTimeFormat("en-GB", { timeZoneName: "short" }).formatToParts(timeMs);
  return parts.find((part) => part.type === "timeZoneName")?.value ?? "";
}

/** "11:40–14:40", with days only where they differ from today. */
export function formatSpan(fromMs: number, toMs: number, nowMs: number): string {
  const sameDay = new Date(fromMs).toDateString() === new Date(toMs).toDateString();
  const seconds = toMs - fromMs < 10 * 60_000;
  const clock = seconds ? formatClockSeconds : formatClock;
  if (!sameDay) return `${formatTime(fromMs, nowMs)} – ${formatTime(toMs, nowMs)}`;
  const today = new Date(toMs).toDateString() === new Date(nowMs).toDateString();
  const day = today ? "" : `${formatDay(fromMs)} `;
  return `${day}${clock(fromMs)}\u2060–\u2060${clock(toMs)}`;
}
