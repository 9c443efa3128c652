import type { MetricFamily, PromSeries } from "../../src/api/types";
import { hash, noise } from "./noise";
import { readings, valuesAt } from "./vitals";
import type { World } from "./world";

const GIB = 1024 ** 3;

export const METRICS: readonly MetricFamily[] = [
  { name: "node_cpu_seconds_total", help: "Seconds the CPUs spent in each mode.", type: "counter", family: "cpu", series: 128, latest: 913_442, unit: "seconds" },
  { name: "node_load1", help: "1m load average.", type: "gauge", family: "cpu", series: 1, latest: 5.2, unit: null },
  { name: "node_load5", help: "5m load average.", type: "gauge", family: "cpu", series: 1, latest: 4.9, unit: null },
  { name: "node_memory_MemAvailable_bytes", help: "Memory information field MemAvailable_bytes.", type: "gauge", family: "memory", series: 1, latest: 22.8 * GIB, unit: "bytes" },
  { name: "node_memory_MemTotal_bytes", help: "Memory information field MemTotal_bytes.", type: "gauge", family: "memory", series: 1, latest: 64 * GIB, unit: "bytes" },
  { name: "node_disk_written_bytes_total", help: "The total number of bytes written successfully.", type: "counter", family: "disk", series: 2, latest: 9.1e12, unit: "bytes" },
  { name: "node_disk_io_time_seconds_total", help: "Total seconds spent doing I/Os.", type: "counter", family: "disk", series: 2, latest: 81_233, unit: "seconds" },
  { name: "node_filesystem_avail_bytes", help: "Filesystem space available to non-root users in bytes.", type: "gauge", family: "filesystem", series: 4, latest: 190 * GIB, unit: "bytes" },
  { name: "node_network_receive_bytes_total", help: "Network device statistic receive_bytes.", type: "counter", family: "network", series: 3, latest: 4.4e13, unit: "bytes" },
  { name: "node_netstat_Tcp_RetransSegs", help: "Statistic TcpRetransSegs.", type: "counter", family: "network", series: 1, latest: 18_233, unit: null },
  { name: "node_context_switches_total", help: "Total number of context switches.", type: "counter", family: "system", series: 1, latest: 8.1e10, unit: null },
  { name: "presage_host_info", help: null, type: null, family: "presage", series: 1, latest: 1, unit: null },
];

const VITAL = /presage_vital(_lower|_upper)?\{([^}]*)\}/;
const POINTS_MAX = 11_000;

export interface RangeAnswer { error?: string; result?: PromSeries[] }

/** Understands what the dashboard asks: stored vitals, plain metrics and their rates. */
export function answerRange(world: World, query: string, startS: number, endS: number, stepS: number, host: string | null): RangeAnswer {
  if (!(stepS > 0) || (endS - startS) / stepS > POINTS_MAX) return { error: "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)" };
  const match = VITAL.exec(query);
  const times = Array.from({ length: Math.floor((endS - startS) / stepS) + 1 }, (_, index) => startS + index * stepS)
    .filter((time) => time * 1000 <= Date.now());
  if (query.includes("presage_host_anomaly_rate")) return { result: anomalyRates(world, times) };
  if (match !== null) {
    const labels = labelsOf(match[2] ?? "");
    // Without a host, a query of the rules page: a few hosts stand for all.
    if (labels["host"] === undefined && host === null) {
      const answers = ["db-03", "app-12", "web-01"].map((name) => answerRange(world, query.replace("{", `{host="${name}",`), startS, endS, stepS, name));
      return { result: answers.flatMap((answer) => answer.result ?? []) };
    }
    const { host: name = host ?? "", vital, ...per } = labels;
    const pick = match[1] === "_lower" ? "lower" : match[1] === "_upper" ? "upper" : "value";
    const model = world.model(name);
    const wanted = vital === undefined ? readings(model, Date.now()).map((reading) => ({ vital: reading.vital, per: reading.per })) : [{ vital, per }];
    const result = wanted.map((one) => ({
      metric: { host: name, vital: one.vital, ...one.per },
      values: times.flatMap((time): [number, string][] => {
        const value = valuesAt(model, one.vital, one.per, time * 1000)[pick];
        return value === null ? [] : [[time, String(value)]];
      }),
    }));
    return { result: result.filter((series) => series.values.length > 0) };
  }
  const family = METRICS.find((known) => query.includes(known.name));
  if (family === undefined || host === null) return { result: [] };
  const level = family.type === "counter" ? 42 * family.series : family.latest ?? 1;
  const count = Math.min(family.series, 10);
  return {
    result: Array.from({ length: count }, (_, index) => ({
      metric: { __name__: family.name, instance: host, job: "node", ...(count > 1 ? { device: `sd${"abcdefghij".charAt(index)}` } : {}) },
      values: times.map((time): [number, string] => [time, String(level * (1 + index * 0.3 + 0.12 * noise(hash(host + family.name) + index, time * 1000)))]),
    })),
  };
}

/** How rare what runs on a host is, while something does. Three anomalies in the last day, one runs. */
function anomalyRates(world: World, times: readonly number[]): PromSeries[] {
  const now = world.startedMs / 1000;
  const ran = [
    { host: "db-03", from: now - 12 * 60, to: Number.POSITIVE_INFINITY, rate: 0.0004 },
    { host: "app-12", from: now - 9 * 3600, to: now - 8.5 * 3600, rate: 0.07 }, { host: "app-12", from: now - 3 * 3600, to: now - 2.8 * 3600, rate: 0.02 },
  ];
  return ["db-03", "app-12", "web-01"].map((host) => ({
    metric: { __name__: "presage_host_anomaly_rate", host },
    values: times.flatMap((time): [number, string][] => {
      const now = ran.find((one) => one.host === host && time >= one.from && time < one.to);
      return now === undefined ? [] : [[time, String(now.rate)]];
    }),
  })).filter((series) => series.values.length > 0);
}

function labelsOf(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map((match) => [match[1] ?? "", (match[2] ?? "").replaceAll("\\\\", "\\")]));
}
