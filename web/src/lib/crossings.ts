/**
 * How often a threshold would have been crossed: the rule's own condition, walked over sampled values. Sees only what
 * the samples show; a crossing shorter than one step may be missed, and a gap ends the condition as it does in the rule.
 */
export interface Sampled { timeMs: number; value: number | null }

export interface Episode {
  /** When the condition became true. */
  startMs: number;
  /** When it had been true for the rule's time, so that the alert would have fired. */
  firedMs: number;
  /** When it was no longer true; the end of the samples when it still is. */
  endMs: number;
  open: boolean;
  /** The value furthest over the threshold. */
  worst: number;
}

export type Comparison = ">" | ">=" | "<" | "<=" | "==" | "!=";

export function comparisonOf(text: string): Comparison | null {
  const known: readonly Comparison[] = [">", ">=", "<", "<=", "==", "!="];
  return known.find((comparison) => comparison === text) ?? null;
}

export function holds(value: number, comparison: Comparison, threshold: number): boolean {
  switch (comparison) {
    case ">": return value > threshold;
    case ">=": return value >= threshold;
    case "<": return value < threshold;
    case "<=": return value <= threshold;
    case "==": return value === threshold;
    case "!=": return value !== threshold;
  }
}

/** "above 90 %": the comparison as a word. */
export function comparisonWord(comparison: string): string {
  const words: Record<Comparison, string> = {
    ">": "above", ">=": "at least", "<": "below", "<=": "at most", "==": "equal to", "!=": "other than",
  };
  const known = comparisonOf(comparison);
  return known === null ? comparison : words[known];
}

export interface Condition {
  comparison: Comparison;
  threshold: number;
  forMs: number;
  /** Once fired, the value must pass this bound to be good again; the threshold when left out. */
  clear?: number;
  /** Once good again, it must stay so for this long. */
  keepMs?: number;
}

interface Run { startMs: number; lastMs: number; goodSinceMs: number | null; worst: number }

/** The times at which one series would have fired. `points` are in order of time, `stepMs` apart where nothing is missing. */
export function episodes(points: readonly Sampled[], stepMs: number, condition: Condition): Episode[] {
  const { comparison, threshold, forMs, clear = threshold, keepMs = 0 } = condition;
  const found: Episode[] = [];
  let run: Run | null = null;
  const close = (ended: Run, endMs: number, open: boolean) => {
    if (ended.lastMs - ended.startMs >= forMs) {
      found.push({ startMs: ended.startMs, firedMs: ended.startMs + forMs, endMs, open, worst: ended.worst });
    }
    run = null;
  };
  const walk = (before: Run, timeMs: number, value: number | null) => {
    const fired = before.lastMs - before.startMs >= forMs;
    const bad = value !== null && (holds(value, comparison, threshold) || (fired && holds(value, comparison, clear)));
    if (bad) run = { ...before, lastMs: timeMs, goodSinceMs: null, worst: further(before.worst, value, comparison) };
    else if (!fired) close(before, timeMs, false);
    else {
      const goodSinceMs = before.goodSinceMs ?? timeMs;
      if (timeMs - goodSinceMs >= keepMs) close(before, timeMs, false);
      else run = { ...before, goodSinceMs };
    }
  };
  let beforeMs = Number.NEGATIVE_INFINITY;
  for (const { timeMs, value } of points) {
    const now: Run | null = run;
    if (now !== null && timeMs - beforeMs > 1.5 * stepMs) close(now, beforeMs + stepMs, false);
    beforeMs = timeMs;
    if (run !== null) walk(run, timeMs, value);
    else if (value !== null && holds(value, comparison, threshold)) run = { startMs: timeMs, lastMs: timeMs, goodSinceMs: null, worst: value };
  }
  if (run !== null) close(run, beforeMs, true);
  return found;
}

function further(a: number, b: number, comparison: Comparison): number {
  return comparison.startsWith("<") ? Math.min(a, b) : Math.max(a, b);
}

/** The value that came closest to crossing, over all series; null without values. */
export function closest(all: readonly (readonly Sampled[])[], comparison: Comparison): { series: number; timeMs: number; value: number } | null {
  let best: { series: number; timeMs: number; value: number } | null = null;
  for (const [series, points] of all.entries()) {
    for (const { timeMs, value } of points) {
      if (value === null) continue;
      if (best === null || further(best.value, value, comparison) !== best.value) best = { series, timeMs, value };
    }
  }
  return best;
}
