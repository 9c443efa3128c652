/** Repeatable pseudo-random numbers: the same time always gives the same value, so charts agree with live values. */
export function hash(text: string): number {
  let value = 2166136261;
  for (let index = 0; index < text.length; index += 1) {
    value ^= text.charCodeAt(index);
    value = Math.imul(value, 16777619);
  }
  return value >>> 0;
}

export function random(seed: number): number {
  let value = (seed + 0x6d2b79f5) | 0;
  value = Math.imul(value ^ (value >>> 15), 1 | value);
  value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
  return ((value ^ (value >>> 14)) >>> 0) / 4294967296;
}

/** Smooth noise around 0, about −1 to 1: a slow and a fast part. */
export function noise(seed: number, timeMs: number): number {
  return 0.6 * wave(seed, timeMs / 45_000) + 0.4 * wave(seed + 7, timeMs / 3_000);
}

function wave(seed: number, at: number): number {
  const left = Math.floor(at);
  const part = at - left;
  const eased = part * part * (3 - 2 * part);
  const from = random(hash(`${seed}:${left}`)) * 2 - 1;
  const to = random(hash(`${seed}:${left + 1}`)) * 2 - 1;
  return from + (to - from) * eased;
}
