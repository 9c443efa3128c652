import { expect, test } from "vitest";
import { lastedText, runningFirst, windowAround } from "./model";

test("an anomaly is shown with half an hour before it and no future after it", () => {
  expect(windowAround({ sinceMs: 10_000_000, endMs: 11_000_000 }, 20_000_000)).toEqual({ fromMs: 8_200_000, toMs: 11_300_000 });
  expect(windowAround({ sinceMs: 10_000_000, endMs: null }, 10_500_000)).toEqual({ fromMs: 8_200_000, toMs: 10_500_000 });
});

test("what runs comes first, the latest before the earlier", () => {
  const all = [{ sinceMs: 4, endMs: 9 }, { sinceMs: 1, endMs: null }, { sinceMs: 5, endMs: 6 }, { sinceMs: 3, endMs: null }];
  expect(runningFirst(all).map(({ sinceMs }) => sinceMs)).toEqual([3, 1, 5, 4]);
});

test("a single odd sample lasted no exact time", () => {
  expect(lastedText(0)).toBe("lasted less than a minute");
  expect(lastedText(47 * 60_000).replaceAll("\u00a0", " ")).toBe("lasted 47 min");
});
