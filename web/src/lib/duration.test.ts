import { describe, expect, it } from "vitest";
import { parseDuration, writeDuration } from "./duration";

const WEEK = 604_800;
const read = (text: string) => parseDuration(text, 0, WEEK);

describe("lengths of time", () => {
  it.each([
    ["5 min", 300], ["5m", 300], ["90 s", 90], ["1 h 30 min", 5400], ["1.5h", 5400], ["2 days", 172_800], ["0", 0], ["0 s", 0], ["1 W", WEEK],
  ])("%s", (text, seconds) => {
    expect(read(text)).toEqual({ ok: true, seconds });
  });

  it("comes back as it was written", () => {
    for (const seconds of [0, 1, 59, 60, 61, 300, 3600, 5430, 86_400, 90_061, WEEK]) {
      expect(read(writeDuration(seconds))).toEqual({ ok: true, seconds });
    }
  });

  it.each([
    ["", "for example 5 min"], ["5", "5 of what?"], ["soon", "is no length of time"], ["5 mss", '"mss" is no unit'], ["2 weeks", "at most 7"],
    ["-5 min", "is no length"], ["5 min x", "is no length"],
  ])("%s is refused with what to write", (text, problem) => {
    const parsed = read(text);
    expect(parsed.ok ? "" : parsed.problem).toContain(problem);
  });

  it("knows its least length", () => {
    expect(parseDuration("5 s", 60, WEEK)).toEqual({ ok: false, problem: "That is too short: at least 1\u00a0min." });
  });
});
