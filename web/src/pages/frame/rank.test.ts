import { expect, it } from "vitest";
import { rank } from "./rank";

it("puts beginnings first, then words, then anywhere, then letters in order", () => {
  const names = ["web-db-1", "database", "adb", "d-o-b", "cache", "db-9"];
  expect(rank(names, "db", (name) => name)).toEqual(["db-9", "web-db-1", "adb", "database", "d-o-b"]);
  expect(rank(names, "data", (name) => name)).toEqual(["database"]);
  expect(rank(names, " ", (name) => name)).toEqual(names);
});
