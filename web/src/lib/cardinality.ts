import type { Cardinality } from "../api/types";

export type CountedBy = "metric" | "host" | "label" | "pair";

/** One line of the list: what is counted, how often, and how much more than a day ago. */
export interface CountedRow {
  name: string;
  count: number;
  /** Part of all active series, 0 to 1; null where the count is of values, not series. */
  share: number | null;
  growth: number | null;
}

export function countedRows(counts: Cardinality, by: CountedBy): CountedRow[] {
  const share = (series: number) => (counts.series === 0 ? 0 : series / counts.series);
  switch (by) {
    case "metric": return counts.metrics.map(({ name, series, growth }) => ({ name, count: series, share: share(series), growth }));
    case "host": return counts.hosts.map(({ name, series, growth }) => ({ name: name === "" ? "no host" : name, count: series, share: share(series), growth }));
    case "label": return counts.labels.map(({ name, values, growth }) => ({ name, count: values, share: null, growth }));
    case "pair": return counts.pairs.map(({ name, value, series }) => ({ name: `${name}="${value}"`, count: series, share: share(series), growth: null }));
  }
}

/** A host that was known before and grew by this many series, to at least twice its size, exploded. */
const EXPLOSION_MIN = 1000;

/** Labels that name hosts grow with the fleet. */
const IDENTITY = new Set(["host", "instance", "job", "__name__"]);

export interface Explosion { host: CountedRow; label: CountedRow | null; metric: CountedRow | null }

/** The host that exploded most, and the label and metric that grew with it; null where none did. */
export function explosion(counts: Cardinality): Explosion | null {
  const most = (rows: readonly CountedRow[], least: number) => rows
    .filter(({ growth }) => growth !== null && growth >= least)
    .reduce<CountedRow | null>((found, row) => (found === null || (row.growth ?? 0) > (found.growth ?? 0) ? row : found), null);
  const host = most(countedRows(counts, "host").filter(({ count, growth }) => growth !== null && growth < count && growth * 2 >= count), EXPLOSION_MIN);
  if (host === null) return null;
  const half = (host.growth ?? 0) / 2;
  return {
    host,
    label: most(countedRows(counts, "label").filter(({ name }) => !IDENTITY.has(name)), half),
    metric: most(countedRows(counts, "metric"), half),
  };
}
