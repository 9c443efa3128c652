import { describe, expect, it } from "vitest";
import { DEFAULT_RANGE, RANGE_CHOICES, decodeRange, encodeRange, shiftRange, windowAt, type TimeRange } from "./timeRange";

function roundTrip(range: TimeRange): TimeRange {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(encodeRange(range))) if (value !== null) params.set(name, value);
  return decodeRange(params);
}

describe("the range in the address", () => {
  it("comes back as it was written", () => {
    for (const choice of RANGE_CHOICES) expect(roundTrip({ kind: "last", ms: choice.ms })).toEqual({ kind: "last", ms: choice.ms });
    const fixed = { kind: "fixed", fromMs: 1_700_000_000_000, toMs: 1_700_000_600_000 } as const;
    expect(roundTrip(fixed)).toEqual(fixed);
  });

  it.each(["from=5&to=4", "from=x&to=y", "range=forever", "from=0&to=9999999999999999", ""])("%s is the default", (search) => {
    expect(decodeRange(new URLSearchParams(search))).toEqual(DEFAULT_RANGE);
  });
});

describe("the window", () => {
  it("moves in whole pixels and always covers now", () => {
    const range = { kind: "last", ms: 3_600_000 } as const;
    const first = windowAt(range, 1_700_000_000_123, 800);
    const later = windowAt(range, 1_700_000_000_923, 800);
    expect(first).toEqual(later);
    expect(first.toMs).toBeGreaterThanOrEqual(1_700_000_000_923);
    expect(first.toMs - first.fromMs).toBe(3_600_000);
  });

  it("steps by half and never passes now", () => {
    const now = 1_700_000_000_000;
    const back = shiftRange({ kind: "last", ms: 3_600_000 }, -1, now);
    expect(back.kind).toBe("fixed");
    expect(shiftRange(back, 1, now)).toEqual({ kind: "last", ms: 3_600_000 });
    expect(shiftRange({ kind: "last", ms: 3_600_000 }, 1, now)).toEqual({ kind: "last", ms: 3_600_000 });
  });
});
