import type { Anomaly } from "../../api/types";

const LEAD_MS = 1_800_000;
const TAIL_MS = 300_000;

/** The window in which an anomaly's charts tell its story: half an hour before to a little after. */
export function windowAround(anomaly: Pick<Anomaly, "startMs" | "endMs">, nowMs: number): { fromMs: number; toMs: number } {
  return { fromMs: anomaly.startMs - LEAD_MS, toMs: Math.min(nowMs, (anomaly.endMs ?? nowMs) + TAIL_MS) };
}
