import type { LiveVital, VitalReading } from "../../src/api/types";
import { hash, noise } from "./noise";

/** The vital signs of the generated hosts: level, spread and the trouble they are in. */
interface VitalModel {
  vital: string;
  name: string;
  family: string;
  unit: string;
  per: Record<string, string>;
  headline: boolean;
  level: number;
  spread: number;
  capacity?: number;
}

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;

const MODELS: readonly VitalModel[] = [
  { vital: "cpu_use", name: "CPU use", family: "cpu", unit: "ratio", per: {}, headline: true, level: 0.28, spread: 0.08 },
  { vital: "memory_use", name: "Memory use", family: "memory", unit: "ratio", per: {}, headline: true, level: 0.62, spread: 0.012, capacity: 64 * GIB },
  { vital: "filesystem_use", name: "Space used", family: "filesystem", unit: "ratio", per: { mountpoint: "/" }, headline: true, level: 0.58, spread: 0.001, capacity: 460 * GIB },
  { vital: "disk_write_latency", name: "Write latency", family: "disk", unit: "seconds", per: { device: "sda" }, headline: true, level: 0.0021, spread: 0.0007 },
  { vital: "network_receive", name: "Network in", family: "network", unit: "bytes/s", per: {}, headline: true, level: 68e6, spread: 22e6 },
  { vital: "load", name: "Load", family: "cpu", unit: "tasks", per: {}, headline: true, level: 5.4, spread: 1.3, capacity: 16 },
  { vital: "cpu_iowait", name: "Time waiting for disks", family: "cpu", unit: "ratio", per: {}, headline: false, level: 0.02, spread: 0.008 },
  { vital: "cpu_steal", name: "Time stolen by the hypervisor", family: "cpu", unit: "ratio", per: {}, headline: false, level: 0.001, spread: 0.0005 },
  { vital: "cpu_pressure", name: "Tasks stalled for CPU", family: "cpu", unit: "ratio", per: {}, headline: false, level: 0.03, spread: 0.01 },
  { vital: "memory_used", name: "Memory used", family: "memory", unit: "bytes", per: {}, headline: false, level: 40 * GIB, spread: GIB, capacity: 64 * GIB },
  { vital: "memory_pressure", name: "Tasks stalled for memory", family: "memory", unit: "ratio", per: {}, headline: false, level: 0.0004, spread: 0.0002 },
  { vital: "swap_activity", name: "Swap in and out", family: "memory", unit: "bytes/s", per: {}, headline: false, level: 0, spread: 0 },
  { vital: "filesystem_use", name: "Space used", family: "filesystem", unit: "ratio", per: { mountpoint: "/var/lib/postgresql" }, headline: false, level: 0.713, spread: 0.001, capacity: 1.8 * 1024 * GIB },
  { vital: "inode_use", name: "Inodes used", family: "filesystem", unit: "ratio", per: { mountpoint: "/" }, headline: false, level: 0.07, spread: 0.0004 },
  { vital: "disk_busy", name: "Disk busy", family: "disk", unit: "ratio", per: { device: "sda" }, headline: false, level: 0.14, spread: 0.05 },
  { vital: "disk_read_latency", name: "Read latency", family: "disk", unit: "seconds", per: { device: "sda" }, headline: false, level: 0.0009, spread: 0.0003 },
  { vital: "disk_read", name: "Bytes read", family: "disk", unit: "bytes/s", per: { device: "sda" }, headline: false, level: 12 * MIB, spread: 5 * MIB },
  { vital: "disk_write", name: "Bytes written", family: "disk", unit: "bytes/s", per: { device: "sda" }, headline: false, level: 26 * MIB, spread: 11 * MIB },
  { vital: "network_transmit", name: "Network out", family: "network", unit: "bytes/s", per: {}, headline: false, level: 41e6, spread: 12e6 },
  { vital: "network_errors", name: "Network errors", family: "network", unit: "1/s", per: {}, headline: false, level: 0, spread: 0 },
  { vital: "tcp_retransmits", name: "TCP segments sent again", family: "network", unit: "ratio", per: {}, headline: false, level: 0.0006, spread: 0.0003 },
  { vital: "temperature", name: "Hottest sensor", family: "system", unit: "celsius", per: {}, headline: false, level: 58, spread: 3 },
  { vital: "file_handles", name: "File handles used", family: "system", unit: "ratio", per: {}, headline: false, level: 0.02, spread: 0.001 },
  { vital: "processes", name: "Processes", family: "system", unit: "count", per: {}, headline: false, level: 312, spread: 9 },
  { vital: "context_switches", name: "Context switches", family: "system", unit: "1/s", per: {}, headline: false, level: 23_000, spread: 4_000 },
];

/** What a troubled database host does from `fromMs` on: factor on the level. */
const TROUBLE: Record<string, number> = {
  disk_write_latency: 12, disk_write: 15, cpu_iowait: 14, load: 3.4, cpu_use: 2.2, disk_busy: 6.4,
};

export interface HostModel {
  host: string;
  /** Since when it is in trouble, or null. */
  troubleMs: number | null;
  /** Nothing after this time. */
  silentMs: number | null;
  /** Nothing before this time. */
  startedMs: number;
  learned: boolean;
}

export function keyOf(vital: string, per: Record<string, string>): string {
  const labels = Object.entries(per).map(([name, value]) => `${name}="${value}"`);
  return labels.length === 0 ? vital : `${vital}{${labels.join(",")}}`;
}

export interface Values { value: number | null; lower: number | null; upper: number | null }

export function valuesAt(host: HostModel, vital: string, per: Record<string, string>, timeMs: number): Values {
  const model = MODELS.find((known) => known.vital === vital && keyOf(vital, known.per) === keyOf(vital, per));
  if (model === undefined || timeMs < host.startedMs) return { value: null, lower: null, upper: null };
  const key = hash(host.host + keyOf(vital, per));
  const level = model.level * (0.75 + 0.5 * ((key % 997) / 997));
  const day = 0.5 - 0.5 * Math.cos(((timeMs / 3_600_000 - 4) / 24) * Math.PI * 2);
  const usual = level * (model.unit === "ratio" && model.spread < 0.01 ? 1 : 0.9 + 0.25 * day);
  const factor = host.troubleMs !== null && timeMs > host.troubleMs ? troubled(vital, (timeMs - host.troubleMs) / 90_000) : 1;
  const noisy = usual * factor + model.spread * noise(key, timeMs) * Math.sqrt(factor);
  const capped = model.unit === "ratio" ? Math.min(1, noisy) : noisy;
  const silent = host.silentMs !== null && timeMs > host.silentMs;
  return {
    value: silent ? null : Math.max(0, capped),
    lower: host.learned ? Math.max(0, usual - 1.25 * model.spread) : null,
    upper: host.learned ? usual + 1.25 * model.spread : null,
  };
}

function troubled(vital: string, ramp: number): number {
  return 1 + ((TROUBLE[vital] ?? 1) - 1) * Math.min(1, ramp);
}

export function readings(host: HostModel, nowMs: number): VitalReading[] {
  const atMs = host.silentMs ?? nowMs;
  return MODELS.map((model) => {
    const { value, lower, upper } = valuesAt(host, model.vital, model.per, atMs);
    const odd = isOdd(host, model.vital, atMs);
    const labels = Object.entries({ host: host.host, vital: model.vital, ...model.per }).map(([name, text]) => `${name}="${text}"`);
    return {
      key: keyOf(model.vital, model.per), vital: model.vital, name: model.name, family: model.family, unit: model.unit,
      per: model.per, headline: model.headline, value, timeMs: atMs, lower, upper, score: odd ? 0.98 : 0.1,
      learned: host.learned, capacity: model.capacity ?? null, state: stateOf(model.vital, odd),
      query: `presage_vital{${labels.join(",")}}`, sinceMs: odd ? host.troubleMs : null,
    };
  });
}

/** What the trouble moves is odd from its first minute on, whatever the hour and the noise: pages must not flicker. */
function isOdd(host: HostModel, vital: string, atMs: number): boolean {
  return host.troubleMs !== null && atMs > host.troubleMs + 60_000 && TROUBLE[vital] !== undefined;
}

function stateOf(vital: string, odd: boolean): VitalReading["state"] {
  if (!odd) return "ok";
  return vital === "disk_write_latency" ? "critical" : vital === "load" || vital === "cpu_use" ? "warning" : "unusual";
}

export function live(host: HostModel, nowMs: number): LiveVital[] {
  return readings(host, nowMs).map(({ key, value, lower, upper, score, state }) => ({ key, value, lower, upper, score, state }));
}
