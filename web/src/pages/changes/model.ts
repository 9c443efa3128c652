import type { ChangeItem, ChangeList } from "../../api/types";
import type { Point } from "../../charts/points";
import { NBSP, formatValue, unitOf } from "../../lib/format";

/** Of all changes as sure as this one, more than this share come by chance. */
const CHANCE_SHARE = 0.2;
const EARLIER_MS = 2_000;
const STRONG_SHARE = 0.5;

/** The means of equal spans as points in the middle of each. */
export function pointsOf(item: ChangeItem, list: Pick<ChangeList, "baselineFromMs" | "toMs">): Point[] {
  const spanMs = (list.toMs - list.baselineFromMs) / Math.max(1, item.shape.length);
  return item.shape.flatMap((value, index) => (value === null ? [] : [{ timeMs: list.baselineFromMs + (index + 0.5) * spanMs, value }]));
}

export function mayBeChance(item: ChangeItem): boolean {
  return item.falseShare > CHANCE_SHARE;
}

/** "1.2 MiB/s → 96 MiB/s". */
export function movedText(item: ChangeItem): string {
  const unit = unitOf(item.unit, item.family);
  const text = (value: number | null) => (value === null ? "nothing" : formatValue(value, unit));
  return `${text(item.before)}${NBSP}→ ${text(item.after)}`;
}

/** The sentence cut after its subject, which is set in bold. */
export function subjectAndRest(item: ChangeItem): [string, string] {
  return item.sentence.startsWith(item.subject) ? [item.subject, item.sentence.slice(item.subject.length)] : [item.sentence, ""];
}

/** The earliest of the strong ones, where it is clearly the earliest and not the first of the list anyway. */
export function movedFirst(items: readonly ChangeItem[]): ChangeItem | null {
  const strongest = items[0];
  if (strongest === undefined) return null;
  const strong = items.filter((item) => item.strength >= STRONG_SHARE * strongest.strength && !mayBeChance(item));
  const [earliest, next] = [...strong].sort((a, b) => a.sinceMs - b.sinceMs);
  return earliest !== undefined && next !== undefined && next.sinceMs - earliest.sinceMs >= EARLIER_MS ? earliest : null;
}
