import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nextMondayAtNine } from "./silence";
import { clockInput, formatClockSeconds, formatSpan, formatTime, formatUtc, timeOfClock, timeTooltip, writeTimesInUtc, zoneName } from "./time";

// Thursday 19 November 2026, 14:40:12 CET (vitest runs in Europe/Berlin).
const NOW = Date.UTC(2026, 10, 19, 13, 40, 12);
const MINUTE = 60_000;

describe("clock times", () => {
  it("is as short as stays unmistakable", () => {
    expect(formatTime(NOW - 38 * MINUTE, NOW)).toBe("14:02");
    expect(formatTime(Date.UTC(2026, 10, 13, 23, 50), NOW)).toBe("Sat 14 Nov 00:50");
    expect(formatTime(Date.UTC(2027, 1, 24, 9), NOW)).toBe("24 Feb 2027");
  });

  it("shows seconds and UTC on request", () => {
    expect(formatClockSeconds(NOW)).toBe("14:40:12");
    expect(formatUtc(NOW)).toBe("2026-11-19 13:40:12 UTC");
    expect(zoneName(NOW)).toBe("CET");
  });

  it("writes spans with the day only when it is not today", () => {
    expect(formatSpan(NOW - 180 * MINUTE, NOW, NOW)).toBe("11:40\u2060–\u206014:40");
    expect(formatSpan(NOW - 2 * MINUTE, NOW, NOW)).toBe("14:38:12\u2060–\u206014:40:12");
    expect(formatSpan(NOW - 1440 * MINUTE, NOW, NOW)).toBe("Wed 18 Nov 14:40 – 14:40");
    expect(formatSpan(NOW - 1500 * MINUTE, NOW - 1440 * MINUTE, NOW)).toBe("Wed 18 Nov 13:40\u2060–\u206014:40");
  });
});

describe("in UTC", () => {
  beforeEach(() => { writeTimesInUtc(true); });
  afterEach(() => { writeTimesInUtc(false); });

  it("writes every time and names the zone", () => {
    expect(formatTime(NOW, NOW)).toBe("13:40");
    expect(formatTime(Date.UTC(2026, 10, 13, 23, 50), NOW)).toBe("Fri 13 Nov 23:50");
    expect(formatSpan(NOW - 180 * MINUTE, NOW, NOW)).toBe("10:40\u2060–\u206013:40");
    expect(zoneName(NOW)).toBe("UTC");
    expect(timeTooltip(NOW)).toBe("Thu 19 Nov 14:40:12 CET · 2026-11-19 13:40:12 UTC");
  });

  it("reads a field in the zone that it was written in", () => {
    expect(clockInput(NOW)).toBe("2026-11-19T13:40");
    expect(timeOfClock(clockInput(NOW))).toBe(Date.UTC(2026, 10, 19, 13, 40));
    expect(formatTime(nextMondayAtNine(NOW), NOW)).toBe("Mon 23 Nov 09:00");
  });
});
