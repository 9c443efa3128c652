import type { AlertItem, Anomaly, Incident } from "../../api/types";
import { links } from "../../routes/links";
import { evidenceOf, windowAround } from "../anomalies/model";

/** One thing that an incident is made of: an alert that fired, an anomaly that began, somebody who acknowledged. */
export interface Part { key: string; timeMs: number; what: string; detail: string; href: string | null }

const KINDS: Readonly<Record<Anomaly["kind"], string>> = {
  host: "The host was unlike itself", twins: "It was unlike its twins", vital: "One vital sign was odd", model: "An own model found it odd",
};

/** What happened, in order. */
export function storyOf(incident: Incident, nowMs: number): Part[] {
  const alerts = incident.alerts.flatMap((alert): Part[] => [
    { key: `alert ${alert.id}`, timeMs: alert.firedMs ?? alert.startedMs, what: `${alert.rule} fired`, detail: toldText(alert), href: links.alert(alert.id) },
    ...(alert.acknowledgedMs === null ? [] : [{
      key: `acknowledged ${alert.id}`, timeMs: alert.acknowledgedMs, what: `${alert.acknowledgedBy ?? "Somebody"} acknowledged ${alert.rule}`, detail: alert.note ?? "", href: null,
    }]),
    ...(alert.resolvedMs === null ? [] : [{ key: `ended ${alert.id}`, timeMs: alert.resolvedMs, what: `${alert.rule} ended`, detail: "", href: null }]),
  ]);
  const anomalies = incident.anomalies.map((anomaly): Part => ({
    key: `anomaly ${anomaly.id}`, timeMs: anomaly.sinceMs, what: KINDS[anomaly.kind], href: evidenceOf(anomaly, windowAround(anomaly, nowMs)),
    detail: [anomaly.rarity, ...(anomaly.sentence === incident.sentence ? [] : [anomaly.sentence])].join(" · "),
  }));
  return [...alerts, ...anomalies].sort((a, b) => a.timeMs - b.timeMs);
}

/** "told On call (delivered), Tickets (not delivered)" */
export function toldText(alert: AlertItem): string {
  const words = { delivered: "delivered", waiting: "waiting", failed: "not delivered" } as const;
  return alert.notified.length === 0 ? "nobody was told" : `told ${alert.notified.map((one) => `${one.channel} (${words[one.state]})`).join(", ")}`;
}

export interface Lane { host: string; bars: { id: string; left: number; width: number; incident: Incident }[] }

/** The hosts with incidents, those of the latest first, and where on the axis of 0 to 1 each incident lies. */
export function lanesOf(incidents: readonly Incident[], fromMs: number, toMs: number): Lane[] {
  const lanes = new Map<string, Lane>();
  const at = (timeMs: number) => Math.min(1, Math.max(0, (timeMs - fromMs) / (toMs - fromMs)));
  for (const incident of incidents) {
    const lane = lanes.get(incident.host) ?? { host: incident.host, bars: [] };
    const left = at(incident.startMs);
    lane.bars.push({ id: incident.id, left, width: at(incident.endMs ?? toMs) - left, incident });
    lanes.set(incident.host, lane);
  }
  return [...lanes.values()];
}

/** What is open first, then what is over; the latest first in both. */
export function openFirst(incidents: readonly Incident[]): Incident[] {
  return [...incidents].sort((a, b) => Number(b.endMs === null) - Number(a.endMs === null) || b.startMs - a.startMs);
}
