import { describe, expect, it } from "vitest";
import { nextMondayAtNine, silenceChoices, silenceEndProblem, untilText } from "./silence";
import { clockInput, timeOfClock } from "./time";

const at = (text: string) => new Date(text).getTime();

describe("until Monday 9:00", () => {
  it.each([
    ["a Thursday", "2026-11-19T14:40:00", "2026-11-23T09:00:00"],
    ["a Sunday night", "2026-11-22T23:59:59", "2026-11-23T09:00:00"],
    ["a Monday before nine", "2026-11-23T08:59:00", "2026-11-23T09:00:00"],
    ["Monday at nine sharp", "2026-11-23T09:00:00", "2026-11-30T09:00:00"],
    ["a Monday afternoon", "2026-11-23T14:00:00", "2026-11-30T09:00:00"],
    ["the end of the year", "2026-12-31T20:00:00", "2027-01-04T09:00:00"],
    ["over the end of summer time", "2026-10-24T12:00:00", "2026-10-26T09:00:00"],
    ["over the start of summer time", "2026-03-28T12:00:00", "2026-03-30T09:00:00"],
  ])("from %s", (_, now, monday) => {
    expect(new Date(nextMondayAtNine(at(now))).toString()).toBe(new Date(monday).toString());
  });
});

describe("the offered lengths", () => {
  it("name their end", () => {
    const choices = silenceChoices(at("2026-11-19T14:40:00"));
    expect(choices.map((choice) => choice.detail.replace(/\u00a0/g, " "))).toEqual(["until 15:40", "until 22:40", "3 d 18 h"]);
  });

  it("name the clock time when Monday is near", () => {
    expect(silenceChoices(at("2026-11-23T07:00:00"))[2]?.detail).toBe("until 09:00");
  });
});

describe("an end picked by hand", () => {
  const now = at("2026-11-19T14:40:00");

  it("comes back as it was written", () => {
    expect(clockInput(now)).toBe("2026-11-19T14:40");
    expect(timeOfClock("2026-11-19T14:40")).toBe(now);
  });

  it("is refused when it cannot be", () => {
    expect(silenceEndProblem(timeOfClock("tomorrow"), now)).toContain("Pick a day");
    expect(silenceEndProblem(now, now)).toContain("in the past");
    expect(silenceEndProblem(now + 800 * 86_400_000, now)).toContain("one year");
    expect(silenceEndProblem(now + 1, now)).toBeNull();
  });

  it("is said with as much as it needs", () => {
    expect(untilText(at("2026-11-19T15:40:00"), now)).toBe("until 15:40");
    expect(untilText(at("2026-11-23T09:00:00"), now)).toBe("until Mon 23 Nov 09:00");
    expect(untilText(at("2027-01-04T09:00:00"), now)).toBe("until Mon 4 Jan 2027");
  });
});
