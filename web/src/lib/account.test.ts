import { describe, expect, it } from "vitest";
import { nameProblem, passwordProblem } from "./account";

describe("accounts", () => {
  it.each(["maria", "Jürgen.K", "ops+night@example.org", "a", "x".repeat(64)])("takes the name %s", (name) => {
    expect(nameProblem(name)).toBeNull();
  });
  it.each(["", "maria keller", "a/b", "x".repeat(65), "a\u0000"])("refuses the name %s", (name) => {
    expect(nameProblem(name)).not.toBeNull();
  });
  it("counts what a password lacks", () => {
    expect(passwordProblem("")).toContain("at least 12");
    expect(passwordProblem("elevenchars")).toBe("1 more character: at least 12 are needed. A short sentence works.");
    expect(passwordProblem("twelve chars")).toBeNull();
    expect(passwordProblem("x".repeat(257))).toContain("At most 256");
  });
});
