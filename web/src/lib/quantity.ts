import { NBSP, significant, type Unit } from "./format";

/** A threshold as people type it, in the unit they read: "90 %", "12 ms", "5 GiB". The server knows only the base unit. */

interface Scale { names: readonly string[]; factor: number }

const BYTES: readonly Scale[] = [
  { names: ["B", ""], factor: 1 },
  ...["K", "M", "G", "T", "P"].flatMap((letter, index) => [
    { names: [`${letter}iB`], factor: 1024 ** (index + 1) },
    { names: [`${letter === "K" ? "k" : letter}B`], factor: 1000 ** (index + 1) },
  ]),
];
const perSecond = (scales: readonly Scale[]): Scale[] =>
  scales.map(({ names, factor }) => ({ names: names.map((name) => (name === "" ? "" : `${name}/s`)), factor }));
const BITS: readonly Scale[] = ["", "k", "M", "G", "T"].map((letter, index) => ({ names: [`${letter}bit/s`], factor: 1000 ** index / 8 }));
const PLAIN: readonly Scale[] = [{ names: [""], factor: 1 }, { names: ["k"], factor: 1e3 }, { names: ["M"], factor: 1e6 }];

/** The first scale's last name that is not empty is what is offered when the unit is wrong. */
const SCALES: Record<Unit, readonly Scale[]> = {
  ratio: [{ names: ["%", ""], factor: 0.01 }],
  bytes: BYTES,
  "bytes/s": [...perSecond(BYTES), ...BITS],
  "bits/s": [...BITS, ...perSecond(BYTES)],
  seconds: [
    { names: ["s", ""], factor: 1 }, { names: ["ms"], factor: 1e-3 }, { names: ["µs", "us"], factor: 1e-6 },
    { names: ["min"], factor: 60 }, { names: ["h"], factor: 3600 }, { names: ["d"], factor: 86_400 },
  ],
  tasks: PLAIN, count: PLAIN, none: PLAIN,
  "1/s": [{ names: ["/s", ""], factor: 1 }, { names: ["k/s"], factor: 1e3 }],
  "1/week": [{ names: ["a week", "/week", ""], factor: 1 }],
  celsius: [{ names: ["°C", "C", ""], factor: 1 }],
};

export type ParsedQuantity = { ok: true; value: number } | { ok: false; problem: string };

function allowed(unit: Unit): string {
  const names = SCALES[unit].map((scale) => scale.names.find((name) => name !== "")).filter((name) => name !== undefined);
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
  const scale = SCALES[unit].find((known) => known.names.includes(name))
    ?? SCALES[unit].find((known) => known.names.some((other) => other.toLowerCase() === name.toLowerCase()));
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
  const scales = SCALES[unit].filter((scale) => !(unit.startsWith("bytes") && /^[kMGTP]?B|bit/.test(nameOf(scale)) && scale.factor !== 1));
  const fitting = [...scales].sort((a, b) => b.factor - a.factor).find((scale) => Math.abs(value) >= scale.factor * 0.9999);
  const scale = unit === "ratio" ? scales[0] : fitting ?? scales.find((known) => known.factor === 1) ?? scales[0];
  if (scale === undefined) return String(value);
  const number = cleaned(value / scale.factor);
  const name = nameOf(scale);
  const digits = Math.abs(number) >= 1e15 ? significant(number) : String(number).replace("-", "\u2212");
  return name === "" ? digits : digits + (name.startsWith("/") ? "" : NBSP) + name;
}

function nameOf(scale: Scale): string {
  return scale.names.find((name) => name !== "") ?? "";
}
