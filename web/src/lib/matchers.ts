/**
 * What a silence covers, as text: `host="db-03", alertname=~"Disk.*"`. The operators are those of Prometheus: `=`, `!=`,
 * `=~` and `!~` (regular expressions that must match the whole value). Quotes may be left out around plain words.
 */
export interface LabelMatch { name: string; value: string; isRegex: boolean; isEqual: boolean }

export type ParsedMatchers =
  | { ok: true; matchers: LabelMatch[] }
  | { ok: false; problem: string; at: number };

const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const OPERATOR = /=~|!~|!=|==?/y;
const WORD = /[^\s,"{}]+/y;
const MATCHERS_MAX = 20;

function operatorOf(match: LabelMatch): string {
  if (match.isRegex) return match.isEqual ? "=~" : "!~";
  return match.isEqual ? "=" : "!=";
}

/** Writes matchers so that `parseMatchers` reads the same back. */
export function formatMatchers(matchers: readonly LabelMatch[]): string {
  return matchers.map((match) => `${match.name}${operatorOf(match)}${JSON.stringify(match.value)}`).join(", ");
}

class Reader {
  at = 0;
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  skipBlank(): void {
    while (/\s/.test(this.text.charAt(this.at))) this.at += 1;
  }

  get done(): boolean {
    this.skipBlank();
    return this.at >= this.text.length;
  }

  take(pattern: RegExp): string | null {
    this.skipBlank();
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found === null) return null;
    this.at += found[0].length;
    return found[0];
  }
}

class MatcherError extends Error {
  readonly at: number;

  constructor(problem: string, at: number) {
    super(problem);
    this.at = at;
  }
}

function readQuoted(reader: Reader): string {
  const start = reader.at;
  let value = "";
  for (let index = start + 1; index < reader.text.length; index += 1) {
    const letter = reader.text.charAt(index);
    if (letter === '"') {
      reader.at = index + 1;
      return value;
    }
    if (letter === "\\") {
      index += 1;
      const escaped = reader.text.charAt(index);
      value += { n: "\n", t: "\t", '"': '"', "\\": "\\" }[escaped] ?? `\\${escaped}`;
    } else value += letter;
  }
  throw new MatcherError('The quotation mark is never closed. Add a " at the end of the value.', start);
}

function readValue(reader: Reader, name: string): string {
  reader.skipBlank();
  if (reader.text.charAt(reader.at) === '"') return readQuoted(reader);
  const word = reader.take(WORD);
  if (word === null) throw new MatcherError(`${name} has no value. Write ${name}="…".`, reader.at);
  return word;
}

function readMatch(reader: Reader): LabelMatch {
  const start = reader.at;
  const name = reader.take(NAME);
  if (name === null) throw new MatcherError('A label\'s name is expected here, such as host in host="db-03".', start);
  const operator = reader.take(OPERATOR);
  if (operator === null) throw new MatcherError(`After ${name} one of = != =~ !~ is expected.`, reader.at);
  reader.skipBlank();
  const valueAt = reader.at;
  const value = readValue(reader, name);
  const isRegex = operator.endsWith("~");
  if (isRegex) checkRegex(value, valueAt);
  return { name, value, isRegex, isEqual: !operator.startsWith("!") };
}

function checkRegex(value: string, at: number): void {
  try {
    new RegExp(`^(?:${value})$`, "u");
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new MatcherError(`"${value}" is no regular expression: ${error.message.split(": ").at(-1) ?? ""}.`, at);
  }
}

/** Reads matchers; `{}` around them and a comma at the end are allowed. A problem names its position, counted from 0. */
export function parseMatchers(text: string): ParsedMatchers {
  const bare = text.trim();
  const braces = bare.startsWith("{") && bare.endsWith("}");
  const reader = new Reader(braces ? bare.slice(1, -1) : text);
  const matchers: LabelMatch[] = [];
  try {
    while (!reader.done) {
      matchers.push(readMatch(reader));
      if (matchers.length > MATCHERS_MAX) throw new MatcherError(`At most ${MATCHERS_MAX} labels can be given.`, reader.at);
      if (!reader.done && reader.take(/,/y) === null) {
        throw new MatcherError("A comma is expected between two labels.", reader.at);
      }
    }
  } catch (error) {
    if (error instanceof MatcherError) return { ok: false, problem: error.message, at: error.at };
    throw error;
  }
  if (matchers.every((match) => accepts(match, ""))) {
    const problem = matchers.length === 0 ? "Name at least one label; a silence for everything is not allowed."
      : "This would cover everything. Name at least one label whose value is not empty.";
    return { ok: false, problem, at: 0 };
  }
  return { ok: true, matchers };
}

function accepts(match: LabelMatch, value: string): boolean {
  const hit = match.isRegex ? new RegExp(`^(?:${match.value})$`, "u").test(value) : match.value === value;
  return hit === match.isEqual;
}

/** Whether a set of labels is covered; a label that is absent counts as empty. */
export function covers(matchers: readonly LabelMatch[], labels: Readonly<Record<string, string>>): boolean {
  return matchers.every((match) => accepts(match, labels[match.name] ?? ""));
}

function escapeRegex(value: string): string {
  return value.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

/**
 * What the chosen alerts have in common, as narrow as matchers allow: labels that all share as `=`, and for `names`
 * that differ one alternative per value.
 */
export function commonMatchers(all: readonly Readonly<Record<string, string>>[], names: readonly string[]): LabelMatch[] {
  const matchers: LabelMatch[] = [];
  for (const name of names) {
    const values = [...new Set(all.map((labels) => labels[name] ?? ""))];
    const only = values[0];
    if (only === undefined || values.includes("")) continue;
    if (values.length === 1) matchers.push({ name, value: only, isRegex: false, isEqual: true });
    else matchers.push({ name, value: values.sort().map(escapeRegex).join("|"), isRegex: true, isEqual: true });
  }
  return matchers;
}
