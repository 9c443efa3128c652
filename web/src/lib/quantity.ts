import { NBSP, SCALES, significant, type Unit } from "./format";

/** A threshold as people type it, in the unit they read: "90 %", "12 ms", "5 GiB". The server knows only the base unit. */

interface Named { names: readonly string[]; factor: number }

const decimals = (end: string): Named[] => ["k", "M", "G", "T", "P"].map((letter, index) => ({ names: [`${letter}B${end}`], factor: 1000 ** (index + 1) }));

/** What is understood beside the scales that numbers are written in. */
const ALSO: Partial<Record<Unit, readonly Named[]>> = {
  bytes: decimals(""),
  "bytes/s": [...decimals("/s"), ...scalesOf("bits/s")],
  "bits/s": [...scalesOf("bytes/s"), ...decimals("/s")],
  seconds: [{ names: ["us"], factor: 1e-6 }],
  "1/week": [{ names: ["/week"], factor: 1 }],
  celsius: [{ names: ["C"], factor: 1 }],
};

function scalesOf(unit: Unit): Named[] {
  return SCALES[unit].map(({ divisor, suffix }) => ({ names: [suffix.replaceAll(NBSP, " ")], factor: divisor }));
}

/** Every scale that is understood; a bare number counts in the first of factor one, else in the smallest. */
function understood(unit: Unit): Named[] {
  const own = scalesOf(unit);
  const bare = own.find((scale) => scale.factor === 1) ?? own[0];
  return [...own.map((scale) => (scale === bare ? { ...scale, names: [...scale.names, ""] } : scale)), ...(ALSO[unit] ?? [])];
}

export type ParsedQuantity = { ok: true; value: number } | { ok: false; problem: string };

function allowed(unit: Unit): string {
  const names = SCALES[unit].map((scale) => scale.suffix).filter((name) => name !== "");
  const last = names.at(-1) ?? "";
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} or ${last}`;
}

/** Reads a number with a unit into the base unit; the problem names what to write instead. */
export function parseQuantity(text: string, unit: Unit): ParsedQuantity {
  const bare = text.replaceAll(NBSP, " ").replaceAll("\u2212", "-").trim();
  const found = /^([-+]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?)\s*(.*)$/i.exec(bare);
  if (found === null) {
    return { ok: false, problem: bare === "" ? "Give a value." : `"${bare}" is no number. Write it like ${writeQuantity(example(unit), unit)}.` };
  }
  const name = (found[2] ?? "").trim();
  const known = understood(unit);
  const scale = known.find(({ names }) => names.includes(name))
    ?? known.find(({ names }) => names.some((other) => other.toLowerCase() === name.toLowerCase()));
  if (scale === undefined) {
    const units = allowed(unit);
    return { ok: false, problem: units === "" ? `Leave out "${name}": this is a plain number.` : `"${name}" is no unit here. Use ${units}.` };
  }
  const value = Number((found[1] ?? "").replaceAll(",", "")) * scale.factor;
  return Number.isFinite(value) ? { ok: true, value: cleaned(value) } : { ok: false, problem: "That number is too large." };
}

/** 90 × 0.01 must be 0.9 and not 0.9000000000000001. */
function cleaned(value: number): number {
  return Number(value.toPrecision(12));
}

function example(unit: Unit): number {
  return unit === "ratio" ? 0.9 : 12;
}

/** The value in its most readable unit with every digit that matters, so that it can be edited and read back. */
export function writeQuantity(value: number, unit: Unit): string {
  const scales = SCALES[unit];
  const { divisor, suffix } = scales.findLast((scale) => Math.abs(value) >= scale.divisor * 0.9999) ?? scales.find((scale) => scale.divisor === 1) ?? scales[0];
  const number = cleaned(value / divisor);
  const digits = Math.abs(number) >= 1e15 ? significant(number) : String(number).replace("-", "\u2212");
  return suffix === "" ? digits : digits + (suffix.startsWith("/") ? "" : NBSP) + suffix;
}
