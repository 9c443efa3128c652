import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { queryRange } from "../api/endpoints";
import type { PromSeries } from "../api/types";
import type { BandPoint, Point } from "../charts/points";
import { vitalKey, vitalSelector } from "../lib/vitals";
import { serverNow, tailKey, tailStore, type LivePoint } from "./live";
import { useStore } from "./store";
import { windowAt, type TimeRange, type Window } from "./timeRange";

/**
 * Series of vital signs: the past comes from range queries once, the present is appended from the live connection. The
 * past is asked anew every few minutes, so that what the live tail can no longer hold is not lost.
 */
const REFRESH_MS = 5 * 60_000;
const STEP_LEAST_MS = 1000;
const EXACT_UP_TO_MS = 20 * 60_000;

/** Steps and whether each point is one sample. Longer ranges ask for the minimum and maximum of each step instead. */
export interface SamplePlan { stepMs: number; exact: boolean }

export function planFor(window: Window, points: number): SamplePlan {
  const span = window.toMs - window.fromMs;
  if (span <= EXACT_UP_TO_MS) return { stepMs: STEP_LEAST_MS, exact: true };
  return { stepMs: Math.max(2 * STEP_LEAST_MS, Math.ceil(span / points / 1000) * 1000), exact: false };
}

/** Sample values are text in the Prometheus format, because JSON knows no NaN. */
export function pointsOf(series: PromSeries, shiftMs = 0): Point[] {
  return (series.values ?? []).flatMap(([time, text]) => {
    const value = Number(text);
    return Number.isFinite(value) ? [{ timeMs: Number(time) * 1000 - shiftMs, value }] : [];
  });
}

/** Minimum and maximum of each step as one line: both inside the step they summarise, in turn. */
export function interleave(minima: readonly Point[], maxima: readonly Point[], stepMs: number): Point[] {
  const highs = new Map(maxima.map((point) => [point.timeMs, point.value]));
  return minima.flatMap((low) => {
    const high = highs.get(low.timeMs) ?? low.value;
    const early = low.timeMs - 0.75 * stepMs;
    return high === low.value ? [{ timeMs: low.timeMs - 0.5 * stepMs, value: low.value }]
      : [{ timeMs: early, value: low.value }, { timeMs: low.timeMs - 0.25 * stepMs, value: high }];
  });
}

export function zipBand(lower: readonly Point[], upper: readonly Point[]): BandPoint[] {
  const tops = new Map(upper.map((point) => [point.timeMs, point.value]));
  return lower.flatMap((point) => {
    const top = tops.get(point.timeMs);
    return top === undefined ? [] : [{ timeMs: point.timeMs, lower: point.value, upper: top }];
  });
}

export interface VitalSeries {
  points: readonly Point[];
  band: readonly BandPoint[];
  exact: boolean;
  pending: boolean;
  error: Error | null;
  retry: () => void;
}

interface Vital { key: string; vital: string; per: Readonly<Record<string, string>> }
interface History { points: Point[]; band: BandPoint[]; exact: boolean; toMs: number }

const SAMPLE_POINTS = 600;
const BAND_POINTS = 120;

async function loadVital(host: string, { vital, per }: Vital, range: TimeRange, signal: AbortSignal): Promise<History> {
  const window = windowAt(range, serverNow());
  const { stepMs, exact } = planFor(window, SAMPLE_POINTS);
  const bandStepMs = Math.max(stepMs, Math.ceil((window.toMs - window.fromMs) / BAND_POINTS / 1000) * 1000);
  const ask = async (text: string, step: number, shiftMs = 0) => {
    const [series] = await queryRange({ query: text, fromMs: window.fromMs, toMs: window.toMs, stepMs: step }, signal);
    return series === undefined ? [] : pointsOf(series, shiftMs);
  };
  const over = (kind: "min" | "max" | "avg" | "last", part: Parameters<typeof vitalSelector>[0], ms: number) =>
    `${kind}_over_time(${vitalSelector(part, host, vital, per)}[${ms / 1000}s])`;
  const values = exact
    ? ask(over("last", "presage_vital", stepMs), stepMs)
    : Promise.all([ask(over("min", "presage_vital", stepMs), stepMs), ask(over("max", "presage_vital", stepMs), stepMs)])
      .then(([minima, maxima]) => interleave(minima, maxima, stepMs));
  const [points, lower, upper] = await Promise.all([
    values, ask(over("avg", "presage_vital_lower", bandStepMs), bandStepMs, bandStepMs / 2),
    ask(over("avg", "presage_vital_upper", bandStepMs), bandStepMs, bandStepMs / 2),
  ]);
  return { points, band: zipBand(lower, upper), exact, toMs: window.toMs };
}

/** Past and present of one vital sign for the chosen range. */
export function useVitalSeries(host: string, vital: Vital, range: TimeRange): VitalSeries {
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["vital", host, vital.key, range],
    queryFn: ({ signal }) => loadVital(host, vital, range, signal),
    staleTime: Number.POSITIVE_INFINITY, refetchOnWindowFocus: false,
    refetchInterval: range.kind === "last" ? REFRESH_MS : false,
  });
  const { revision, points: tails } = useStore(tailStore);
  const tail = range.kind === "last" ? tails.get(tailKey(host, vital.key)) : undefined;
  const joined = useMemo(
    () => withTail(data?.points ?? [], data?.band ?? [], tail ?? []),
    [data, tail, revision], // eslint-disable-line react-hooks/exhaustive-deps -- the tail grows in place, the revision says so
  );
  return { ...joined, exact: data?.exact ?? false, pending: isPending, error, retry: () => void refetch() };
}

function withTail(points: readonly Point[], band: readonly BandPoint[], tail: readonly LivePoint[]) {
  const newestMs = points.at(-1)?.timeMs ?? 0;
  const newestBandMs = band.at(-1)?.timeMs ?? 0;
  const added: Point[] = [];
  const addedBand: BandPoint[] = [];
  for (const { timeMs, value, lower, upper } of tail) {
    if (value !== null && timeMs > newestMs) added.push({ timeMs, value });
    if (lower !== null && upper !== null && timeMs > newestBandMs) addedBand.push({ timeMs, lower, upper });
  }
  return {
    points: added.length === 0 ? points : [...points, ...added],
    band: addedBand.length === 0 ? band : [...band, ...addedBand],
  };
}

export interface Spark { points: readonly Point[]; band: readonly BandPoint[] }
const NO_SPARK: Spark = { points: [], band: [] };
const SPARK_POINTS = 150;

const OWN_LABELS = ["__name__", "host", "vital"];

function keyOf(series: PromSeries): string {
  const per = Object.fromEntries(Object.entries(series.metric).filter(([name]) => !OWN_LABELS.includes(name)));
  return vitalKey(series.metric["vital"] ?? "", per);
}

async function loadSparks(host: string, range: TimeRange, signal: AbortSignal): Promise<Map<string, Spark>> {
  const window = windowAt(range, serverNow());
  const stepMs = Math.max(1000, Math.ceil((window.toMs - window.fromMs) / SPARK_POINTS / 1000) * 1000);
  const bandStepMs = stepMs * 5;
  const ask = (name: string, kind: string, step: number) => queryRange({
    query: `${kind}_over_time(${name}{host=${JSON.stringify(host)}}[${step / 1000}s])`, fromMs: window.fromMs, toMs: window.toMs, stepMs: step,
  }, signal);
  const [values, lower, upper] = await Promise.all([
    ask("presage_vital", "max", stepMs), ask("presage_vital_lower", "avg", bandStepMs), ask("presage_vital_upper", "avg", bandStepMs),
  ]);
  const lowers = new Map(lower.map((series) => [keyOf(series), pointsOf(series)]));
  const uppers = new Map(upper.map((series) => [keyOf(series), pointsOf(series)]));
  return new Map(values.map((series) => {
    const key = keyOf(series);
    return [key, { points: pointsOf(series), band: zipBand(lowers.get(key) ?? [], uppers.get(key) ?? []) }];
  }));
}

/** The small lines of every vital sign of a host, from three queries in all. */
export function useSparks(host: string, range: TimeRange, enabled = true): (key: string) => Spark {
  const { data } = useQuery({
    queryKey: ["sparks", host, range], queryFn: ({ signal }) => loadSparks(host, range, signal), enabled,
    staleTime: Number.POSITIVE_INFINITY, refetchOnWindowFocus: false, placeholderData: keepPreviousData,
    refetchInterval: range.kind === "last" ? REFRESH_MS : false,
  });
  const { points: tails, revision } = useStore(tailStore);
  const live = range.kind === "last";
  return useMemo(() => {
    // Joined once per sample, so that lines whose points are the same object need no new picture.
    const joined = new Map<string, Spark>();
    return (key) => {
      const known = joined.get(key);
      if (known !== undefined) return known;
      const spark = data?.get(key) ?? NO_SPARK;
      const made = withTail(spark.points, spark.band, (live ? tails.get(tailKey(host, key)) : undefined) ?? []);
      joined.set(key, made);
      return made;
    };
  }, [data, tails, revision, live, host]); // eslint-disable-line react-hooks/exhaustive-deps -- tails grow in place, the revision says so
}
