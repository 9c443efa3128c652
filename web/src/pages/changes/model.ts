import type { ChangeItem, ChangeList } from "../../api/types";
import type { Point } from "../../charts/points";
import { NBSP, formatValue, unitOf } from "../../lib/format";

/** Of all changes as sure as this one, more than this share come by chance. */
const CHANCE_SHARE = 0.2;
/** Fewer earlier windows of a series say nothing of it. */
const WINDOWS_MIN = 8;
/** A series that looks like this in more than this share of earlier windows is always so. */
const OFTEN_SHARE = 0.1;
const EARLIER_MS = 2_000;
const STRONG_SHARE = 0.5;

/** The means of equal spans as points in the middle of each. */
export function pointsOf(item: ChangeItem, list: Pick<ChangeList, "baselineFromMs" | "toMs">): Point[] {
  const spanMs = (list.toMs - list.baselineFromMs) / Math.max(1, item.shape.length);
  return item.shape.flatMap((value, index) => (value === null ? [] : [{ timeMs: list.baselineFromMs + (index + 0.5) * spanMs, value }]));
}

/** Whether chance does this, or this series is often so; null where too little history tells. */
export function mayBeChance(item: ChangeItem): boolean | null {
  if (item.windows >= WINDOWS_MIN && item.asOdd > OFTEN_SHARE * item.windows) return true;
  return item.falseShare === null ? null : item.falseShare > CHANCE_SHARE;
}

/** What earlier windows say, in words. */
export function chanceText(item: ChangeItem): string {
  const may = mayBeChance(item);
  const own = item.windows < WINDOWS_MIN ? "" : item.asOdd === 0 ? `, in none of ${item.windows} windows before` : `, as much in ${item.asOdd} of ${item.windows} windows before`;
  return may === null ? "chance not known" : `${may ? "may be chance" : "beyond chance"}${own}`;
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
  const strong = items.filter((item) => item.strength >= STRONG_SHARE * strongest.strength && mayBeChance(item) !== true);
  const [earliest, next] = [...strong].sort((a, b) => a.sinceMs - b.sinceMs);
  return earliest !== undefined && next !== undefined && next.sinceMs - earliest.sinceMs >= EARLIER_MS ? earliest : null;
}
