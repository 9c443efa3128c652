import { describe, expect, it } from "vitest";
import { formatClockSeconds, formatSpan, formatTime, formatUtc, zoneName } from "./time";

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
