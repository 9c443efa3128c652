/**
 * The filter over a list of alerts: words that must all occur in host, rule or sentence, and `label = value` with `*`
 * for any text. `host=db-* full` is db hosts whose alert says "full".
 */
export interface Filterable { host: string; rule: string; sentence: string; severity: string; labels: Readonly<Record<string, string>> }

const TERM = /([\w.-]+)\s*(!?=)\s*("[^"]*"?|\S*)|"([^"]*)"?|(\S+)/g;

type Test = (alert: Filterable) => boolean;

function wildcard(pattern: string): RegExp {
  const escaped = pattern.split("*").map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, "\\$&")).join(".*");
  return new RegExp(`^${escaped}$`, "i");
}

function labelOf(alert: Filterable, name: string): string {
  if (name === "host") return alert.host;
  if (name === "rule") return alert.rule;
  return name === "severity" ? alert.severity : alert.labels[name] ?? "";
}

function labelTest(name: string, operator: string, value: string): Test {
  const bare = value.replace(/^"|"$/g, "");
  // While the value is still being typed, nothing is left out.
  if (bare === "") return () => true;
  const pattern = wildcard(bare);
  return (alert) => pattern.test(labelOf(alert, name.toLowerCase())) === (operator === "=");
}

function wordTest(word: string): Test {
  const wanted = word.toLowerCase();
  return (alert) => [alert.host, alert.rule, alert.sentence, ...Object.values(alert.labels)]
    .some((text) => text.toLowerCase().includes(wanted));
}

/** A function that says whether an alert passes the filter text; empty text passes everything. */
export function alertFilter(text: string): Test {
  const tests: Test[] = [];
  for (const [, name, operator, value = "", quoted, word] of text.matchAll(TERM)) {
    if (name !== undefined && operator !== undefined) tests.push(labelTest(name, operator, value));
    else tests.push(wordTest(quoted ?? word ?? ""));
  }
  return (alert) => tests.every((test) => test(alert));
}
