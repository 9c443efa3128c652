import type { AlertItem, PromSeries } from "../../api/types";
import type { Point } from "../../charts/points";
import { alertFilter } from "../../lib/alertFilter";
import { comparisonWord } from "../../lib/crossings";
import { formatDuration, formatValue, NBSP, plural, unitOf } from "../../lib/format";
import { writeQuantity } from "../../lib/quantity";
import type { GlyphKind } from "../../ui/Glyph";

export type AlertTab = "all" | "firing" | "pending" | "acknowledged" | "silenced" | "history";

export const TABS: readonly { id: AlertTab; label: string }[] = [
  { id: "all", label: "All open" }, { id: "firing", label: "Firing" }, { id: "pending", label: "Pending" },
  { id: "acknowledged", label: "Acknowledged" }, { id: "silenced", label: "Silenced" }, { id: "history", label: "History" },
];

export function tabOf(text: string | null): AlertTab {
  return TABS.find((tab) => tab.id === text)?.id ?? "all";
}

/** An acknowledged alert still fires; a silenced one fires, too, but is counted apart. */
const IN_TAB: Record<AlertTab, (alert: AlertItem) => boolean> = {
  all: (alert) => alert.state === "firing" || alert.state === "acknowledged" || alert.state === "pending",
  firing: (alert) => alert.state === "firing" || alert.state === "acknowledged",
  pending: (alert) => alert.state === "pending",
  acknowledged: (alert) => alert.state === "acknowledged",
  silenced: (alert) => alert.state === "silenced",
  history: (alert) => alert.state === "resolved",
};

export function countsOf(alerts: readonly AlertItem[]): Record<AlertTab, number> {
  const count = (tab: AlertTab) => alerts.filter(IN_TAB[tab]).length;
  return {
    all: count("all"), firing: count("firing"), pending: count("pending"), acknowledged: count("acknowledged"), silenced: count("silenced"),
    history: count("history"),
  };
}

export interface AlertGroup { id: string; name: string; alerts: AlertItem[] }

function rank(alert: AlertItem): number {
  return (alert.state === "acknowledged" ? 2 : 0) + (alert.severity === "critical" ? 0 : 1);
}

const worstFirst = (a: AlertItem, b: AlertItem) => rank(a) - rank(b) || b.startedMs - a.startedMs;
const soonestFirst = (a: AlertItem, b: AlertItem) => (a.firesAtMs ?? Infinity) - (b.firesAtMs ?? Infinity) || a.id - b.id;
const latestFirst = (a: AlertItem, b: AlertItem) => (b.resolvedMs ?? b.startedMs) - (a.resolvedMs ?? a.startedMs);

/** The rows of a tab in groups: what fires, worst first; what will, soonest first. */
export function groupsOf(alerts: readonly AlertItem[], tab: AlertTab, filter: string): AlertGroup[] {
  const passes = alertFilter(filter);
  const shown = alerts.filter((alert) => IN_TAB[tab](alert) && passes(alert));
  const group = (id: string, name: string, states: readonly AlertItem["state"][], order: typeof worstFirst) =>
    ({ id, name, alerts: shown.filter((alert) => states.includes(alert.state)).sort(order) });
  return [
    group("firing", "Firing", ["firing", "acknowledged"], worstFirst),
    group("pending", "Pending", ["pending"], soonestFirst),
    group("silenced", "Silenced", ["silenced"], worstFirst),
    group("resolved", "Ended", ["resolved"], latestFirst),
  ].filter((found) => found.alerts.length > 0);
}

/** "4 alerts fire." and what comes: "2 more will within 4 min." */
export function headline(alerts: readonly AlertItem[], nowMs: number): { lead: string; rest: string } {
  const counts = countsOf(alerts);
  const lead = counts.firing === 0 ? "Nothing fires." : `${plural(counts.firing, "alert fires", "alerts fire")}.`;
  const parts: string[] = [];
  const times = alerts.filter(IN_TAB.pending).flatMap((alert) => (alert.firesAtMs === null ? [] : [alert.firesAtMs]));
  if (counts.pending > 0) {
    const within = times.length === 0 ? "" : ` within ${roughly(Math.max(...times) - nowMs)}`;
    parts.push(`${counts.pending}${counts.firing > 0 ? " more" : ""} will${within} unless it passes.`);
  }
  if (counts.acknowledged > 0 && counts.acknowledged === counts.firing) parts.push("Somebody looks after each.");
  if (counts.silenced > 0) parts.push(`${counts.silenced} silenced.`);
  return { lead, rest: parts.join(" ") };
}

/** Whole minutes upwards, so that "within" stays true. */
function roughly(ms: number): string {
  const minutes = Math.max(1, Math.ceil(ms / 60_000));
  return minutes < 60 ? `${minutes}${NBSP}min` : formatDuration(minutes * 60_000);
}

/** The rule that watches whether a host sends at all has no value to show. */
export function isSilenceOfHost(alert: AlertItem): boolean {
  return alert.query.includes("presage_host_up");
}

export function glyphOf(alert: AlertItem): GlyphKind {
  if (alert.state === "pending") return "pend";
  if (alert.state === "resolved") return "ok";
  if (isSilenceOfHost(alert)) return "none";
  return alert.severity === "critical" ? "crit" : "warn";
}

/** The sentence without the host, which stands before it as a link. */
export function sentenceOf(alert: Pick<AlertItem, "host" | "sentence">): string {
  const lead = `${alert.host}: `;
  return alert.sentence.startsWith(lead) ? alert.sentence.slice(lead.length) : alert.sentence;
}

export function valueText(alert: AlertItem): string {
  return isSilenceOfHost(alert) ? "no data" : formatValue(alert.value, unitOf(alert.unit));
}

export function thresholdText(alert: { comparison: string; threshold: number | null; unit: string }): string {
  if (alert.threshold === null) return "";
  return `${comparisonWord(alert.comparison)} ${writeQuantity(alert.threshold, unitOf(alert.unit))}`;
}

const OWN_LABELS = new Set(["host", "instance", "job", "alertname", "rule", "severity", "vital", "__name__"]);

/** The labels worth a look: those that tell this alert from others of its rule and host. */
export function telling(labels: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(labels).filter(([name, value]) => !OWN_LABELS.has(name) && value !== "");
}

/** The labels that silences match, as the server makes them. */
export function matchable(alert: AlertItem): Record<string, string> {
  return { ...alert.labels, alertname: alert.rule, rule: alert.ruleId, severity: alert.severity, host: alert.host };
}

/** Of several series the one that the alert is about: the one that contradicts none of its labels. */
export function seriesOf(all: readonly PromSeries[], labels: Readonly<Record<string, string>>): PromSeries | undefined {
  const fits = (series: PromSeries) => Object.entries(series.metric)
    .every(([name, value]) => name === "__name__" || labels[name] === undefined || labels[name] === value);
  return all.find(fits);
}

/** The finite values of a series; a gap is the absence of points. */
export function pointsOf(series: PromSeries | undefined): Point[] {
  return (series?.values ?? []).flatMap(([seconds, text]) => {
    const value = Number(text);
    return Number.isFinite(value) ? [{ timeMs: Number(seconds) * 1000, value }] : [];
  });
}

const MINUTE = 60_000;

/** What to draw for an alert: its own values, or for a silent host what it said last. */
export function evidenceOf(alert: AlertItem): { query: string; unit: string; name: string; threshold: number | null } {
  if (isSilenceOfHost(alert)) return { query: 'presage_vital{vital="cpu_use"}', unit: "ratio", name: "CPU use", threshold: null };
  return { query: alert.query, unit: alert.unit, name: alert.rule, threshold: alert.threshold };
}

/** The window around an alert's start: at least an hour, a third of it before. */
export function windowOf(alert: AlertItem, nowMs: number): { fromMs: number; toMs: number; stepMs: number } {
  const toMs = Math.ceil(Math.min(nowMs, (alert.resolvedMs ?? nowMs) + 10 * MINUTE) / MINUTE) * MINUTE;
  const length = Math.max(60 * MINUTE, 1.5 * (toMs - alert.startedMs));
  const stepMs = Math.max(5000, Math.round(length / 120 / 5000) * 5000);
  return { fromMs: toMs - length, toMs, stepMs };
}
