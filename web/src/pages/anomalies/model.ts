import type { Anomaly } from "../../api/types";
import { formatDuration } from "../../lib/format";
import { links } from "../../routes/links";

const LEAD_MS = 1_800_000;
const TAIL_MS = 300_000;

/** The window in which an anomaly's charts tell its story: half an hour before to a little after. */
export function windowAround(anomaly: Pick<Anomaly, "sinceMs" | "endMs">, nowMs: number): { fromMs: number; toMs: number } {
  return { fromMs: anomaly.sinceMs - LEAD_MS, toMs: Math.min(nowMs, (anomaly.endMs ?? nowMs) + TAIL_MS) };
}

/** Where the evidence is: the chart of the vital sign that leads it, else the host's page. */
export function evidenceOf(anomaly: Pick<Anomaly, "host" | "key" | "causes">, window: { fromMs: number; toMs: number }): string {
  const key = anomaly.key ?? anomaly.causes[0]?.key;
  const place = key === undefined ? `${links.host(anomaly.host)}?` : `${links.vital(anomaly.host, key)}&`;
  return `${place}from=${window.fromMs}&to=${window.toMs}`;
}

/** What runs now, then what is over; the latest first in both. */
export function runningFirst<T extends Pick<Anomaly, "sinceMs" | "endMs">>(anomalies: readonly T[]): T[] {
  return [...anomalies].sort((a, b) => Number(b.endMs === null) - Number(a.endMs === null) || b.sinceMs - a.sinceMs);
}

/** "lasted 47 min"; samples are seconds apart, so a single odd one lasted no exact time. */
export function lastedText(lastedMs: number): string {
  return lastedMs < 60_000 ? "lasted less than a minute" : `lasted ${formatDuration(lastedMs)}`;
}
