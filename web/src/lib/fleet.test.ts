import { describe, expect, it } from "vitest";
import { byName, fits, groupHosts, groupings } from "./fleet";

const host = (name: string, labels: Record<string, string> = {}, state = "ok") => ({ host: name, labels, state, system: "Debian 12.7" });

describe("groups", () => {
  const hosts = [host("web-10", { role: "web" }), host("web-2", { role: "web" }), host("db-1", { role: "database", site: "fra-1" }), host("odd")];
  it("packs the largest first, the unlabelled last, and orders by name", () => {
    const groups = groupHosts(hosts, "role").map((group) => [group.name, group.hosts.map((member) => member.host)]);
    expect(groups).toEqual([["web", ["web-2", "web-10"]], ["database", ["db-1"]], ["", ["odd"]]]);
  });
  it("offers every label and the system", () => {
    expect(groupings(hosts)).toEqual(["role", "site", "system"]);
    expect(groupHosts(hosts, null)).toHaveLength(1);
  });
  it("compares numbers as numbers", () => {
    expect(["b-10", "b-9", "a-1"].map((name) => ({ host: name })).sort(byName).map((one) => one.host)).toEqual(["a-1", "b-9", "b-10"]);
  });
});

describe("filter", () => {
  const db = host("db-03", { role: "database", Site: "fra-1" }, "silent");
  it.each([["", true], ["db", true], ["web", false], ["site=fra", true], ["site = fra, role=data", true], ["site=lis", false],
    ["state=silent", true], ["os=debian", true], ["nolabel=x", false], ["nolabel=", true]] as const)("“%s” is %s", (filter, expected) => {
    expect(fits(db, filter)).toBe(expected);
  });
});
