import type { QueryClient } from "@tanstack/react-query";
import { OWN, ownZone } from "../api/client";
import type { HostDetail, HostState, LiveTick, LiveVitals } from "../api/types";
import { createStore } from "./store";
import { utcStore } from "./zone";

/**
 * The one live connection of the page: server-sent events with a tick each second and, for the hosts that are on screen,
 * their vital signs. Reconnects by itself with growing pauses and says how old what one sees is.
 */
export interface LiveState {
  status: "connecting" | "live" | "lost";
  /** When the last event arrived, browser clock; null before the first. */
  arrivedMs: number | null;
  /** Newest time of a sample or tick, server clock. */
  serverMs: number | null;
  /** Server clock minus browser clock. */
  skewMs: number;
  nextTryMs: number | null;
  samplesPerSecond: number | null;
  seriesActive: number | null;
  alertsRevision: number;
  anomaliesRevision: number;
  /** Why samples cannot be stored; null while they can. */
  notStoring: string | null;
}

export interface LiveHostState { state: HostState; unusual: number; lastSeenMs: number }
export interface LivePoint { timeMs: number; value: number | null; lower: number | null; upper: number | null }

const NEVER: LiveState = {
  status: "connecting", arrivedMs: null, serverMs: null, skewMs: 0, nextTryMs: null, samplesPerSecond: null,
  seriesActive: null, alertsRevision: 0, anomaliesRevision: 0, notStoring: null,
};

export const liveStore = createStore<LiveState>(NEVER);
/** State of each host as the ticks say it; a new map for every change. */
export const liveHostsStore = createStore<ReadonlyMap<string, LiveHostState>>(new Map());
/** The live samples of the vitals on screen, by host and key, newest last; bounded by TAIL_MAX. */
export const tailStore = createStore<{ revision: number; points: Map<string, LivePoint[]> }>({ revision: 0, points: new Map() });

const TAIL_MAX = 4000;
const SILENT_AFTER_MS = 4000;
const WATCH_EVERY_MS = 1000;
const RETRY_MAX_MS = 15_000;

export const tailKey = (host: string, vitalKey: string) => `${host}\n${vitalKey}`;

/** The server's clock as well as we know it. */
export function serverNow(): number {
  return Date.now() + liveStore.get().skewMs;
}

/** How often facts, unusual metrics and processes of a host on screen are read anew. */
const DETAIL_EVERY_MS = 10_000;
const detailAskedMs = new Map<string, number>();
const watched = new Map<string, number>();
let client: QueryClient | null = null;
let source: EventSource | null = null;
let openedFor = "";
let attempts = 0;
let retryTimer: ReturnType<typeof setTimeout> | undefined;
let reopenTimer: ReturnType<typeof setTimeout> | undefined;
let watchdog: ReturnType<typeof setInterval> | undefined;
let watchedMs = 0;

function parse<T>(event: MessageEvent<string>): T {
  return JSON.parse(event.data);
}

function onTick(event: MessageEvent<string>): void {
  const tick = parse<LiveTick>(event);
  const before = liveStore.get();
  attempts = 0;
  liveStore.set({
    status: "live", arrivedMs: Date.now(), serverMs: tick.timeMs, skewMs: tick.timeMs - Date.now(), nextTryMs: null,
    samplesPerSecond: tick.samplesPerSecond, seriesActive: tick.seriesActive, alertsRevision: tick.alertsRevision,
    anomaliesRevision: tick.anomaliesRevision, notStoring: tick.notStoring,
  });
  if (tick.hosts.length > 0) mergeHosts(tick);
  if (before.status === "lost") void client?.invalidateQueries();
  else if (before.serverMs !== null) {
    if (before.alertsRevision !== tick.alertsRevision) refreshAlerts();
    if (before.anomaliesRevision !== tick.anomaliesRevision) refreshAnomalies();
  }
}

function mergeHosts(tick: LiveTick): void {
  const before = liveHostsStore.get();
  const next = new Map(before);
  for (const host of tick.hosts) {
    next.set(host.host, { state: host.state, unusual: host.unusual, lastSeenMs: host.lastSeenMs });
  }
  liveHostsStore.set(next);
}

function refreshAlerts(): void {
  for (const key of ["alerts", "incidents", "overview", "host", "rules"]) void client?.invalidateQueries({ queryKey: [key] });
}

function refreshAnomalies(): void {
  for (const key of ["anomalies", "incidents", "overview", "host"]) void client?.invalidateQueries({ queryKey: [key] });
}

function onVitals(event: MessageEvent<string>): void {
  const message = parse<LiveVitals>(event);
  appendTails(message);
  let unknown = false;
  client?.setQueryData<HostDetail>(["host", message.host], (before) => {
    unknown = before !== undefined && message.vitals.some(({ key }) => before.vitals.every((known) => known.key !== key));
    return before && merged(before, message);
  });
  // Each write above restarts the query's own timer, so what only the full answer has is asked for from here.
  const nowMs = Date.now();
  if (unknown || nowMs - (detailAskedMs.get(message.host) ?? 0) > DETAIL_EVERY_MS) {
    detailAskedMs.set(message.host, nowMs);
    void client?.invalidateQueries({ queryKey: ["host", message.host] });
  }
}

function appendTails(message: LiveVitals): void {
  const { points, revision } = tailStore.get();
  for (const vital of message.vitals) {
    const key = tailKey(message.host, vital.key);
    const tail = points.get(key) ?? [];
    if ((tail.at(-1)?.timeMs ?? 0) >= message.timeMs) continue;
    tail.push({ timeMs: message.timeMs, value: vital.value, lower: vital.lower, upper: vital.upper });
    if (tail.length > TAIL_MAX) tail.splice(0, TAIL_MAX / 4);
    points.set(key, tail);
  }
  tailStore.set({ revision: revision + 1, points });
}

function merged(before: HostDetail, message: LiveVitals): HostDetail {
  const byKey = new Map(message.vitals.map((vital) => [vital.key, vital]));
  const vitals = before.vitals.map((reading) => {
    const now = byKey.get(reading.key);
    return now === undefined ? reading : { ...reading, ...now, timeMs: message.timeMs };
  });
  const processes = message.processes.length > 0 ? message.processes : before.processes;
  return { ...before, vitals, processes, summary: { ...before.summary, lastSeenMs: message.timeMs } };
}

function open(): void {
  clearTimeout(retryTimer);
  source?.close();
  openedFor = watchedHosts();
  const hosts = [...watched.keys()].sort().map((host) => `&host=${encodeURIComponent(host)}`).join("");
  const opened = new EventSource(`${OWN}/live?timeZone=${encodeURIComponent(ownZone())}${hosts}`);
  source = opened;
  opened.addEventListener("tick", onTick);
  opened.addEventListener("vitals", onVitals);
  opened.onerror = () => {
    // The browser would retry on its own, but at its own pace and without saying when: we do it and show it.
    opened.close();
    if (source === opened) scheduleRetry();
  };
}

function scheduleRetry(): void {
  source = null;
  const pauseMs = Math.min(RETRY_MAX_MS, 1000 * 2 ** attempts);
  attempts += 1;
  liveStore.update((before) => ({ ...before, status: "lost", nextTryMs: Date.now() + pauseMs }));
  clearTimeout(retryTimer);
  retryTimer = setTimeout(open, pauseMs);
}

/**
 * A connection that is open but says nothing is lost, too. A page that did not run itself, because it slept in the background or the
 * machine was busy, first reads what has arrived meanwhile.
 */
function watch(): void {
  const { status, arrivedMs } = liveStore.get();
  const asleep = Date.now() - watchedMs > 2 * WATCH_EVERY_MS;
  watchedMs = Date.now();
  if (asleep) return;
  if (status === "live" && arrivedMs !== null && Date.now() - arrivedMs > SILENT_AFTER_MS) {
    source?.close();
    scheduleRetry();
  }
}

export function tryNow(): void {
  attempts = 0;
  open();
}

/** Starts the connection; returns the stop function. */
export function startLive(queryClient: QueryClient): () => void {
  client = queryClient;
  open();
  watchdog = setInterval(watch, WATCH_EVERY_MS);
  // Sentences come with the times of the zone that was asked for.
  const zoneChanged = utcStore.subscribe(() => {
    open();
    void queryClient.invalidateQueries();
  });
  return () => {
    zoneChanged();
    clearInterval(watchdog);
    clearTimeout(retryTimer);
    clearTimeout(reopenTimer);
    source?.close();
    source = null;
  };
}

/** Asks for the vitals of a host as long as the caller needs them; returns the release function. */
export function watchHost(host: string): () => void {
  watched.set(host, (watched.get(host) ?? 0) + 1);
  reopenSoon();
  return () => {
    const left = (watched.get(host) ?? 1) - 1;
    if (left > 0) watched.set(host, left);
    else {
      watched.delete(host);
      dropTails(host);
    }
    reopenSoon();
  };
}

function dropTails(host: string): void {
  const { points } = tailStore.get();
  for (const key of points.keys()) if (key.startsWith(`${host}\n`)) points.delete(key);
}

function watchedHosts(): string {
  return [...watched.keys()].sort().join("\n");
}

function reopenSoon(): void {
  clearTimeout(reopenTimer);
  reopenTimer = setTimeout(() => {
    if (source !== null && watchedHosts() !== openedFor) open();
  }, 0);
}
