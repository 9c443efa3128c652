import { expect, test } from "vitest";
import { windowAround } from "./model";

test("an anomaly is shown with half an hour before it and no future after it", () => {
  expect(windowAround({ sinceMs: 10_000_000, endMs: 11_000_000 }, 20_000_000)).toEqual({ fromMs: 8_200_000, toMs: 11_300_000 });
  expect(windowAround({ sinceMs: 10_000_000, endMs: null }, 10_500_000)).toEqual({ fromMs: 8_200_000, toMs: 10_500_000 });
});
