import { describe, expect, it } from "vitest";
import { commonMatchers, covers, formatMatchers, parseMatchers, type LabelMatch } from "./matchers";

const is = (name: string, value: string): LabelMatch => ({ name, value, isRegex: false, isEqual: true });

function problemOf(text: string): string {
  const parsed = parseMatchers(text);
  if (parsed.ok) throw new Error(`${text} was read`);
  return `${parsed.at}: ${parsed.problem}`;
}

describe("matchers as text", () => {
  it.each([
    ['host="db-03"', [is("host", "db-03")]],
    ['{host="db-03",}', [is("host", "db-03")]],
    ["host = db-03 , severity!=critical", [is("host", "db-03"), { name: "severity", value: "critical", isRegex: false, isEqual: false }]],
    ['alertname=~"Disk.*", x!~"a|b"', [
      { name: "alertname", value: "Disk.*", isRegex: true, isEqual: true }, { name: "x", value: "a|b", isRegex: true, isEqual: false }]],
    ['mountpoint="/a \\"b\\", c"', [is("mountpoint", '/a "b", c')]],
  ])("%s", (text, matchers) => {
    expect(parseMatchers(text)).toEqual({ ok: true, matchers });
    expect(parseMatchers(formatMatchers(matchers))).toEqual({ ok: true, matchers });
  });

  it("says where it goes wrong and what to write", () => {
    expect(problemOf("")).toContain("at least one label");
    expect(problemOf('="x"')).toMatch(/^0: A label's name/);
    expect(problemOf("host")).toMatch(/^4: After host one of/);
    expect(problemOf("host=")).toContain('host="…"');
    expect(problemOf('host="db')).toMatch(/^5: The quotation mark/);
    expect(problemOf('host="a" b="c"')).toMatch(/^9: A comma/);
    expect(problemOf('host=~"("')).toMatch(/^6: "\(" is no regular expression/);
    expect(problemOf('host!="db"')).toContain("cover everything");
    expect(problemOf('host=~".*"')).toContain("cover everything");
  });

  it("survives any text", () => {
    const letters = ['"', "\\", "=", "~", "!", "a", ",", "{", "}", " ", "(", "é"];
    let seed = 1;
    const next = () => (seed = (seed * 48271) % 2147483647);
    for (let round = 0; round < 3000; round += 1) {
      const text = Array.from({ length: next() % 14 }, () => letters[next() % letters.length]).join("");
      const parsed = parseMatchers(text);
      if (parsed.ok) expect(parseMatchers(formatMatchers(parsed.matchers))).toEqual(parsed);
      else expect(parsed.at).toBeLessThanOrEqual(text.length);
    }
  });
});

describe("what is covered", () => {
  it("needs every matcher; an absent label is empty", () => {
    const labels = { host: "db-03", severity: "warning" };
    expect(covers([is("host", "db-03")], labels)).toBe(true);
    expect(covers([is("host", "db-03"), is("site", "fra")], labels)).toBe(false);
    expect(covers([{ name: "host", value: "db", isRegex: true, isEqual: true }], labels)).toBe(false);
    expect(covers([{ name: "site", value: "fra", isRegex: false, isEqual: false }], labels)).toBe(true);
  });

  it("starts as narrow as the chosen alerts allow", () => {
    const chosen = [{ host: "db.03", alertname: "Disk" }, { host: "app-1", alertname: "Disk" }];
    const matchers = commonMatchers(chosen, ["alertname", "host", "mountpoint"]);
    expect(formatMatchers(matchers)).toBe('alertname="Disk", host=~"app-1|db\\\\.03"');
    for (const labels of chosen) expect(covers(matchers, labels)).toBe(true);
    expect(covers(matchers, { host: "dbx03", alertname: "Disk" })).toBe(false);
  });
});
