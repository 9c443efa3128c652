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

export interface Condition { comparison: Comparison; threshold: number; forMs: number }

/** The times at which one series would have fired. `points` are in order of time, `stepMs` apart where nothing is missing. */
export function episodes(points: readonly Sampled[], stepMs: number, condition: Condition): Episode[] {
  const found: Episode[] = [];
  let run: { startMs: number; lastMs: number; worst: number } | null = null;
  const close = (endMs: number, open: boolean) => {
    if (run !== null && run.lastMs - run.startMs >= condition.forMs) {
      found.push({ startMs: run.startMs, firedMs: run.startMs + condition.forMs, endMs, open, worst: run.worst });
    }
    run = null;
  };
  for (const { timeMs, value } of points) {
    if (run !== null && timeMs - run.lastMs > 1.5 * stepMs) close(run.lastMs + stepMs, false);
    if (value !== null && holds(value, condition.comparison, condition.threshold)) {
      run = run === null ? { startMs: timeMs, lastMs: timeMs, worst: value }
        : { startMs: run.startMs, lastMs: timeMs, worst: further(run.worst, value, condition.comparison) };
    } else if (run !== null) close(timeMs, false);
  }
  const last = points.at(-1);
  if (last !== undefined) close(last.timeMs, true);
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
