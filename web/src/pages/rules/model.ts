import type { PromSeries, Rule, RuleUpdate } from "../../api/types";
import type { Point } from "../../charts/points";
import { closest, comparisonOf, comparisonWord, episodes, type Comparison, type Condition, type Episode } from "../../lib/crossings";
import { parseDuration, writeDuration } from "../../lib/duration";
import { NBSP, formatDuration, formatValue, plural, significant, unitOf } from "../../lib/format";
import { parseQuantity, writeQuantity } from "../../lib/quantity";
import { pointsOf, telling } from "../alerts/model";

/** The highest sensitivity of a host: a rule that takes it tells of every anomaly. */
export const RATE_MAX = 100;

/** Whether a rule's threshold is a sensitivity: the false alarms that a host may raise in a week. */
export function watchesAnomalies(rule: Pick<Rule, "unit">): boolean {
  return rule.unit === "1/week";
}

/** "above 95 % for 5 min"; of anomalies "any anomaly of a host", "anomalies as rare as 0.03 a week"; of twins "anything unlike them". */
export function conditionText(rule: Pick<Rule, "query" | "comparison" | "threshold" | "unit" | "forSeconds">): string {
  if (watchesAnomalies(rule)) {
    const which = rule.threshold >= RATE_MAX ? "any anomaly of a host" : `anomalies as rare as ${writeQuantity(rule.threshold, "1/week")}`;
    return rule.forSeconds === 0 ? which : `${which} for ${writeDuration(rule.forSeconds)}`;
  }
  if (rule.query === "presage_host_peer_anomaly") return rule.forSeconds === 0 ? "anything unlike them" : `anything unlike them for ${writeDuration(rule.forSeconds)}`;
  const bound = `${comparisonWord(rule.comparison)} ${writeQuantity(rule.threshold, unitOf(rule.unit))}`;
  return rule.forSeconds === 0 ? `${bound}, at once` : `${bound} for ${writeDuration(rule.forSeconds)}`;
}

const WEEKS_A_YEAR = 52;

/** What a sensitivity means on one host: "once in 33 weeks", "7 times a week". */
export function chanceText(rate: number): string {
  if (rate >= 1.5) return `${Number(rate.toPrecision(2))}${NBSP}times a week`;
  const weeks = 1 / rate;
  if (weeks < 1.5) return "once a week";
  return weeks < 2 * WEEKS_A_YEAR ? `once in ${significant(weeks, 2)}${NBSP}weeks` : `once in ${significant(weeks / WEEKS_A_YEAR, 2)}${NBSP}years`;
}

/** "0.02 a week" */
export function rateText(rate: number): string {
  return writeQuantity(Number(rate.toPrecision(2)), "1/week");
}

export function watchesSilence(rule: Pick<Rule, "query">): boolean {
  return rule.query.includes("presage_host_up");
}

/** What a message has of the place that a rule looks at, before there is one. */
const PLACES: Readonly<Record<string, string>> = { "file system {mountpoint}": "a file system", "{mountpoint}": "a file system", "{device}": "a disk" };

/** What a rule tells, as one reads it before it has: "CPU is over 95 % busy for 5 min". The first sentence is enough. */
export function gist(rule: Pick<Rule, "sentence" | "comparison" | "threshold" | "unit" | "forSeconds" | "hosts" | "families">): string {
  const first = rule.sentence.replace(/^\{host\}: /, "").split(/\.(?: |$)/)[0] ?? "";
  const bound = writeQuantity(rule.threshold, unitOf(rule.unit));
  const value = rule.threshold === 0 ? "some" : `${rule.comparison.startsWith("<") ? "under" : "over"} ${bound}`;
  const placed = Object.entries(PLACES).reduce((text, [place, word]) => text.replaceAll(place, word), first.replace(/[;,] threshold \{threshold\}/, ""));
  return placed.replaceAll("{value}", value).replaceAll("{duration}", writeDuration(rule.forSeconds)).replace(/\{\w+\}/g, "…") + narrowing(rule);
}

export interface RuleDraft { threshold: string; forText: string; severity: Rule["severity"] }

export function draftOf(rule: Rule): RuleDraft {
  return { threshold: writeQuantity(rule.threshold, unitOf(rule.unit)), forText: writeDuration(rule.forSeconds), severity: rule.severity };
}

const FOR_MAX_SECONDS = 86_400;

/** Families of vital signs, as a rule for some of them names them. */
export const FAMILIES = [
  { family: "cpu", label: "CPU", inText: "CPU" }, { family: "memory", label: "Memory", inText: "memory" }, { family: "disk", label: "Disks", inText: "disks" },
  { family: "filesystem", label: "File systems", inText: "file systems" }, { family: "network", label: "Network", inText: "network" }, { family: "system", label: "System", inText: "system" },
] as const;

export interface OwnRuleDraft extends RuleDraft { name: string; hosts: string; families: string[] }

export function newRuleDraft(): OwnRuleDraft {
  return { name: "", hosts: "", families: [], threshold: writeQuantity(RATE_MAX, "1/week"), forText: writeDuration(0), severity: "warning" };
}

export function ownDraftOf(rule: Rule): OwnRuleDraft {
  return { ...draftOf(rule), name: rule.name, hosts: rule.hosts, families: rule.families };
}

/** The rule the draft asks for; where something is wrong, the numbers are as good as any. */
export function readOwnDraft(draft: OwnRuleDraft) {
  const threshold = parseQuantity(draft.threshold, "1/week");
  const duration = parseDuration(draft.forText, 0, FOR_MAX_SECONDS);
  const unheard = threshold.ok && (threshold.value < 0.001 || threshold.value > RATE_MAX);
  return {
    wanted: {
      name: draft.name.trim(), hosts: draft.hosts.trim(), families: draft.families, severity: draft.severity,
      falseAlarms: threshold.ok ? threshold.value : RATE_MAX, forSeconds: duration.ok ? duration.seconds : 0,
    },
    problems: {
      threshold: unheard ? "Give 0.001 to 100 a week." : threshold.ok ? null : threshold.problem,
      forText: duration.ok ? null : duration.problem,
    },
  };
}

/** " in disks or file systems, on hosts db.* only": what narrows a rule that somebody made; empty for any anomaly of any host. */
function narrowing(rule: Pick<Rule, "hosts" | "families">): string {
  const names = FAMILIES.filter(({ family }) => rule.families.includes(family)).map(({ inText }) => inText);
  const within = names.length === 0 ? "" : ` in ${[names.slice(0, -1).join(", "), ...names.slice(-1)].filter((part) => part !== "").join(" or ")}`;
  return rule.hosts === "" ? within : `${within}, on hosts ${rule.hosts} only`;
}

/** "10 rules watch every host, 1 watches some hosts." */
export function watchText(rules: readonly Pick<Rule, "hosts">[]): string {
  const some = rules.filter(({ hosts }) => hosts !== "").length;
  const every = `${plural(rules.length - some, "rule watches", "rules watch")} every host`;
  if (some === 0) return `${every}.`;
  return some === rules.length ? `${plural(some, "rule watches", "rules watch")} some hosts.` : `${every}, ${some} ${some === 1 ? "watches" : "watch"} some hosts.`;
}

export interface ReadDraft {
  change: RuleUpdate;
  threshold: number | null;
  forSeconds: number | null;
  problems: { threshold: string | null; forText: string | null };
}

/** What the draft means; `change` holds only what differs from the rule. */
export function readDraft(rule: Rule, draft: RuleDraft): ReadDraft {
  const unit = unitOf(rule.unit);
  const threshold = parseQuantity(draft.threshold, unit);
  const duration = parseDuration(draft.forText, 0, FOR_MAX_SECONDS);
  const outside = threshold.ok && unit === "ratio" && (threshold.value <= 0 || threshold.value > 1);
  const unheard = threshold.ok && watchesAnomalies(rule) && (threshold.value < 0.001 || threshold.value > RATE_MAX);
  const change: RuleUpdate = {};
  if (threshold.ok && threshold.value !== rule.threshold) change.threshold = threshold.value;
  if (duration.ok && duration.seconds !== rule.forSeconds) change.forSeconds = duration.seconds;
  if (draft.severity !== rule.severity) change.severity = draft.severity;
  return {
    change, threshold: threshold.ok && !outside && !unheard ? threshold.value : null, forSeconds: duration.ok ? duration.seconds : null,
    problems: {
      threshold: outside ? "Give more than 0 % and at most 100 %." : unheard ? "Give 0.001 to 100 a week." : threshold.ok ? null : threshold.problem,
      forText: duration.ok ? null : duration.problem,
    },
  };
}

/** The rule's condition with other numbers; the bound at which it ends moves along, as on the server. */
export function conditionOf(rule: Rule, threshold: number, forSeconds: number): Condition | null {
  const comparison = comparisonOf(rule.comparison);
  if (comparison === null) return null;
  const clear = rule.threshold === 0 ? threshold : threshold * (rule.clearThreshold / rule.threshold);
  return { comparison, threshold, clear, forMs: forSeconds * 1000, keepMs: rule.keepFiringSeconds * 1000 };
}

export interface Firing extends Episode { who: string }

export interface Tried {
  firings: Firing[];
  totalMs: number;
  /** The worst value of all series at each time. */
  worst: Point[];
  series: number;
  /** Earliest sample seen; null without any. */
  sinceMs: number | null;
  closest: { value: number; timeMs: number; who: string } | null;
}

function nameOf(metric: Readonly<Record<string, string>>): string {
  const host = metric["host"] ?? metric["instance"] ?? "";
  return [host, ...telling(metric).map(([, value]) => value)].filter((part) => part !== "").join(" ");
}

/** Walks the condition over the samples of every series. */
export function tryOut(all: readonly PromSeries[], stepMs: number, condition: Condition): Tried {
  const sampled = all.map((series) => ({ who: nameOf(series.metric), points: pointsOf(series) }));
  const firings = sampled
    .flatMap(({ who, points }) => episodes(points, stepMs, condition).map((episode) => ({ ...episode, who })))
    .sort((a, b) => a.firedMs - b.firedMs);
  const miss = closest(sampled.map(({ points }) => points), condition.comparison);
  const starts = sampled.flatMap(({ points }) => points.slice(0, 1).map((point) => point.timeMs));
  return {
    firings, totalMs: firings.reduce((sum, one) => sum + (one.endMs - one.firedMs), 0), worst: worstOf(sampled.map(({ points }) => points), condition.comparison),
    series: all.length, sinceMs: starts.length === 0 ? null : Math.min(...starts),
    closest: miss === null ? null : { value: miss.value, timeMs: miss.timeMs, who: sampled[miss.series]?.who ?? "" },
  };
}

function worstOf(all: readonly (readonly Point[])[], comparison: Comparison): Point[] {
  const worst = new Map<number, number>();
  const pick = comparison.startsWith("<") ? Math.min : Math.max;
  for (const points of all) for (const { timeMs, value } of points) worst.set(timeMs, pick(worst.get(timeMs) ?? value, value));
  return [...worst].map(([timeMs, value]) => ({ timeMs, value })).sort((a, b) => a.timeMs - b.timeMs);
}

/** One anomaly of a host as its samples tell it. */
export interface AnomalyRun { who: string; startMs: number; endMs: number; open: boolean; rate: number }

/** The anomalies in series that have samples only while one runs; `toMs` is where the samples end. */
export function anomalyRuns(all: readonly PromSeries[], stepMs: number, toMs: number): AnomalyRun[] {
  const runs: AnomalyRun[] = [];
  for (const series of all) {
    let run: AnomalyRun | null = null;
    for (const { timeMs, value } of pointsOf(series)) {
      if (run !== null && timeMs - run.endMs <= 1.5 * stepMs) {
        run.endMs = timeMs;
        run.rate = Math.min(run.rate, value);
      } else {
        run = { who: nameOf(series.metric), startMs: timeMs - stepMs, endMs: timeMs, open: false, rate: value };
        runs.push(run);
      }
    }
    if (run !== null) run.open = toMs - run.endMs <= 1.5 * stepMs;
  }
  return runs.sort((a, b) => a.startMs - b.startMs);
}

/** Whether a rule of this sensitivity would tell of it. */
export function isTold(run: AnomalyRun, rate: number, forSeconds: number): boolean {
  return run.rate <= rate && run.endMs - run.startMs >= forSeconds * 1000;
}

/** "It would have fired twice, 42 min in total, of 3 anomalies." */
export function anomalyVerdict(runs: readonly AnomalyRun[], rate: number, forSeconds: number): string {
  if (runs.length === 0) return "It would not have fired: no host that is known for a day had an anomaly.";
  const told = runs.filter((run) => isTold(run, rate, forSeconds));
  const of = told.length === runs.length ? "" : `, of ${plural(runs.length, "anomaly", "anomalies")}`;
  if (told.length > 0) return `It would have fired ${times(told.length)}, ${formatDuration(told.reduce((sum, run) => sum + run.endMs - run.startMs, 0))} in total${of}.`;
  const rarest = runs.reduce((best, run) => (run.rate < best.rate ? run : best));
  return `It would not have fired${of}. The rarest was ${rateText(rarest.rate)} on ${rarest.who}.`;
}

function times(count: number): string {
  return count === 1 ? "once" : count === 2 ? "twice" : plural(count, "time");
}

/** "It would have fired 3 times, 53 min in total." */
export function verdict(tried: Tried, unit: string): string {
  if (tried.series === 0) return "Nothing to try it on: no series match.";
  const count = tried.firings.length;
  if (count > 0) return `It would have fired ${times(count)}, ${formatDuration(tried.totalMs)} in total.`;
  if (tried.closest === null) return "It would not have fired.";
  return `It would not have fired. The closest was ${formatValue(tried.closest.value, unitOf(unit))} on ${tried.closest.who}.`;
}
