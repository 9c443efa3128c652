import { describe, expect, it } from "vitest";
import { alertFilter } from "./alertFilter";

const alert = {
  host: "db-03", rule: "File system nearly full", sentence: "/var is 96 % full", severity: "critical",
  labels: { mountpoint: "/var", site: "fra-1" },
};

describe("the filter over alerts", () => {
  it.each([
    ["", true], ["db-03", true], ["FULL /var", true], ["full nginx", false], ["host=db-*", true], ["host = db-03", true],
    ["host=db", false], ["site=fra-1 full", true], ["site=fra-2", false], ["site!=fra-2", true], ["rule=\"File system*\"", true],
    ["severity=critical", true], ["host=", true], ["(", false], ["host=[", false], ["fra-1", true], ["\"96 % full\"", true],
  ])("%s", (text, passes) => {
    expect(alertFilter(text)(alert)).toBe(passes);
  });
});
