import { describe, expect, it } from "vitest";
import { links } from "./links";
import { matchPath, withParams } from "./router";

describe("matchPath", () => {
  it("reads names out of the path and decodes them", () => {
    expect(matchPath("/hosts/:host", "/hosts/db%2F3")).toEqual({ host: "db/3" });
    expect(matchPath("/hosts/:host", "/hosts")).toBeNull();
    expect(matchPath("/", "/")).toEqual({});
    expect(matchPath("/hosts/:host", "/hosts/%E0%A4%A")).toBeNull();
  });

  it("finds back what links write", () => {
    const address = links.host("ä b/c?d", "metrics");
    expect(matchPath("/hosts/:host", address.split("?")[0] ?? "")).toEqual({ host: "ä b/c?d" });
  });
});

describe("withParams", () => {
  it("changes, adds and removes", () => {
    expect(withParams("?a=1&b=2", { a: null, c: "x y" })).toBe("?b=2&c=x+y");
    expect(withParams("?a=1", { a: null })).toBe("");
  });
});
