import { expect, it } from "vitest";
import { titleOf } from "./overview";

const plain = (text: string) => text.replaceAll("\u00a0", " ");
const MINUTE = 60_000;
const watching = { startedMs: 0 };
const hosts = (...states: string[]) => states.map((state) => ({ state, source: "agent" }));
const title = (...args: Parameters<typeof titleOf>) => {
  const { main, rest } = titleOf(...args);
  return plain(`${main} ${rest}`);
};

it("answers first and says the rest after it", () => {
  expect(title({ wrong: [{ state: "firing" }, { state: "acknowledged" }, { state: "pending" }], watching }, hosts("critical", "ok", "ok"), 0))
    .toBe("2 things are wrong. 1 more is being watched. 2 of 3 hosts are as usual.");
  expect(title({ wrong: [{ state: "firing" }], watching }, hosts("ok", "learning"), 0)).toBe("1 thing is wrong. 1 of 2 hosts is as usual, 1 is learning.");
  expect(title({ wrong: [{ state: "pending" }], watching }, hosts("ok", "ok"), 0)).toBe("1 thing may be going wrong. All 2 hosts are as usual.");
  expect(title({ wrong: [], watching }, hosts("ok", "ok"), 0)).toBe("Nothing is wrong. All 2 hosts are as usual.");
  expect(title({ wrong: [], watching }, hosts("ok", "ok", "imported"), 0)).toBe("Nothing is wrong. All 2 hosts are as usual, 1 is imported.");
  expect(title({ wrong: [], watching }, hosts("learning", "imported"), 0)).toBe("Nothing is wrong. 1 host is learning, 1 is imported.");
  expect(title({ wrong: [], watching }, hosts("imported", "imported"), 0)).toBe("Nothing is wrong. No host has sent anything itself yet, 2 are imported.");
});

it("speaks of the machine when it is the only one", () => {
  expect(title({ wrong: [], watching }, [{ state: "learning", source: "local" }], 38 * MINUTE)).toBe("Nothing is wrong. Presage has watched this machine for 38 min.");
  expect(title({ wrong: [], watching }, [], 0)).toBe("Nothing is watched yet. Add the first server.");
});
