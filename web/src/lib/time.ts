/**
 * Clock times in the browser's zone or in UTC, 24 h: "14:02" today, "Sat 14 Nov 00:50" this year, else "24 Feb 2027". The other
 * of the two is a hover away.
 */

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const MINUTE_MS = 60_000;

const two = (value: number) => String(value).padStart(2, "0");

let utc = false;

/** All times of the page in UTC, or in the browser's zone again. */
export function writeTimesInUtc(on: boolean): void {
  utc = on;
}

export function timesAreUtc(): boolean {
  return utc;
}

/** A date whose UTC parts are what the clock on the wall says at that time. */
export function onTheClock(timeMs: number): Date {
  return new Date(utc ? timeMs : timeMs - new Date(timeMs).getTimezoneOffset() * MINUTE_MS);
}

/** The time at which the clock says "2026-11-19T14:40"; NaN for anything else. */
export function timeOfClock(text: string): number {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) ? new Date(utc ? `${text}Z` : text).getTime() : Number.NaN;
}

/** What the clock says, as `<input type="datetime-local">` wants it. */
export function clockInput(timeMs: number): string {
  return onTheClock(timeMs).toISOString().slice(0, 16);
}

/** "14:02" */
export function formatClock(timeMs: number): string {
  const at = onTheClock(timeMs);
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
}

/** "14:02:31" */
export function formatClockSeconds(timeMs: number): string {
  return `${formatClock(timeMs)}:${two(new Date(timeMs).getUTCSeconds())}`;
}

/** "Thu 19 Nov" */
export function formatDay(timeMs: number): string {
  const at = onTheClock(timeMs);
  return `${DAYS[at.getUTCDay()] ?? ""} ${at.getUTCDate()} ${MONTHS[at.getUTCMonth()] ?? ""}`;
}

/** As short as stays unmistakable seen from `nowMs`. */
export function formatTime(timeMs: number, nowMs: number): string {
  const at = onTheClock(timeMs);
  if (!isSameYear(timeMs, nowMs)) return `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()] ?? ""} ${at.getUTCFullYear()}`;
  return isSameDay(timeMs, nowMs) ? formatClock(timeMs) : `${formatDay(timeMs)} ${formatClock(timeMs)}`;
}

export function isSameYear(aMs: number, bMs: number): boolean {
  return onTheClock(aMs).getUTCFullYear() === onTheClock(bMs).getUTCFullYear();
}

function isSameDay(aMs: number, bMs: number): boolean {
  return onTheClock(aMs).toISOString().slice(0, 10) === onTheClock(bMs).toISOString().slice(0, 10);
}

/** "2026-11-19 13:40:12 UTC", the unambiguous form for tooltips. */
export function formatUtc(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** "Thu 19 Nov 14:40:12 CET · 2026-11-19 13:40:12 UTC", in the browser's zone whatever the page shows. */
export function timeTooltip(timeMs: number): string {
  const local = new Date(timeMs);
  const day = `${DAYS[local.getDay()] ?? ""} ${local.getDate()} ${MONTHS[local.getMonth()] ?? ""}`;
  const clock = `${two(local.getHours())}:${two(local.getMinutes())}:${two(local.getSeconds())}`;
  return `${day} ${clock} ${browserZone(timeMs)} · ${formatUtc(timeMs)}`;
}

/** "CET" or "UTC"; the zone is named once per page. */
export function zoneName(timeMs: number): string {
  return utc ? "UTC" : browserZone(timeMs);
}

function browserZone(timeMs: number): string {
  const parts = new Intl.DateTimeFormat("en-GB", { timeZoneName: "short" }).formatToParts(timeMs);
  return parts.find((part) => part.type === "timeZoneName")?.value ?? "";
}

/** "11:40–14:40", with days only where they differ from today. */
export function formatSpan(fromMs: number, toMs: number, nowMs: number): string {
  const seconds = toMs - fromMs < 10 * MINUTE_MS;
  const clock = seconds ? formatClockSeconds : formatClock;
  if (!isSameDay(fromMs, toMs)) return `${formatTime(fromMs, nowMs)} – ${formatTime(toMs, nowMs)}`;
  const day = isSameDay(toMs, nowMs) ? "" : `${formatDay(fromMs)} `;
  return `${day}${clock(fromMs)}\u2060–\u2060${clock(toMs)}`;
}
