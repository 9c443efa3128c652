import { unitOf, type Unit } from "./format";

/** How raw metrics are drawn: counters as rates, everything else as it is. */
interface Metric { name: string; type: string | null; unit: string | null; family: string }

/** By its declared type, else by the naming rules of Prometheus. */
export function isCounter(metric: { name: string; type: string | null }): boolean {
  return metric.type === "counter" || (metric.type === null && /_(total|count|sum|bucket)$/.test(metric.name));
}

/** The shortest window of a rate: several samples of each kind of source. Prometheus scrapes every 15 to 60 s. */
const RATE_SECONDS = { local: 10, agent: 10, other: 60, prometheus: 240, imported: 900 } as const;

/** The PromQL that draws the metric; a rate needs several samples, and other sources than ours report slowly. */
export function metricQuery(metric: Metric, stepMs: number, source: keyof typeof RATE_SECONDS): string {
  if (!isCounter(metric)) return metric.name;
  const window = Math.max(RATE_SECONDS[source], Math.ceil((2 * stepMs) / 1000));
  return `rate(${metric.name}[${window}s])`;
}

/** The unit of what `metricQuery` gives. */
export function metricUnit(metric: Metric): Unit {
  const bytes = metric.unit === "bytes" || /_bytes(_total)?$/.test(metric.name);
  const seconds = metric.unit === "seconds" || /_seconds(_total)?$/.test(metric.name);
  if (!isCounter(metric)) return bytes ? "bytes" : seconds ? "seconds" : unitOf(metric.unit);
  if (bytes) return /network|receive|transmit/.test(metric.name) ? "bits/s" : "bytes/s";
  return seconds ? "ratio" : "1/s";
}

/** What tells the series of one metric apart: the labels that differ, "sda" for one, "cpu 0, mode idle" for more. */
export function seriesNames(all: readonly Readonly<Record<string, string>>[]): string[] {
  const labels = [...new Set(all.flatMap((metric) => Object.keys(metric)))].filter((label) => label !== "__name__");
  const differing = labels.filter((label) => new Set(all.map((metric) => metric[label])).size > 1);
  return all.map((metric) => {
    const parts = differing.filter((label) => metric[label] !== undefined).map((label) => (differing.length === 1 ? metric[label] : `${label} ${metric[label]}`));
    return parts.length === 0 ? metric["__name__"] ?? "value" : parts.join(", ");
  });
}
