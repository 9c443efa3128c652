import { Search, X } from "lucide-react";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { errorText } from "../../api/client";
import { queryRange } from "../../api/endpoints";
import { metricsQuery } from "../../api/queries";
import type { MetricFamily, PromSeries } from "../../api/types";
import type { ChartStatus } from "../../charts/Chart";
import { ChartFigure } from "../../charts/ChartFigure";
import type { ChartData } from "../../charts/model";
import { formatCount, formatValue, fullValue, plural, unitOf } from "../../lib/format";
import { isCounter, metricQuery, metricUnit, seriesNames } from "../../lib/metrics";
import { familyName, familyOrder } from "../../lib/vitals";
import { useParams, withParams } from "../../routes/router";
import { serverNow } from "../../state/live";
import { windowAt } from "../../state/timeRange";
import { pointsOf } from "../../state/vitalSeries";
import { Button } from "../../ui/Button";
import { cx } from "../../ui/cx";
import { TextField } from "../../ui/Field";
import { Panel } from "../../ui/Panel";
import { EmptyState, ErrorState, SkeletonRows } from "../../ui/States";
import styles from "./Host.module.css";
import type { TabProps } from "./NowTab";
import { useZoom } from "./useZoom";

/** Every metric of the host by family; a click draws it. */
export function MetricsTab({ detail, range, window }: TabProps) {
  const { host } = detail.summary;
  const [params, setParams] = useParams();
  const search = params.get("q") ?? "";
  const chosen = params.get("metric");
  const { data, error, refetch, isPlaceholderData } = useQuery(metricsQuery(host, search));
  const metric = data?.find((family) => family.name === chosen);
  return (
    <>
      {chosen !== null && (
        <MetricChart key={chosen} detail={detail} name={chosen} metric={metric} range={range} window={window} onClose={() => setParams({ metric: null })} />
      )}
      <Panel
        title="All metrics" meta={data === undefined ? undefined : `${plural(data.length, "name")}${search === "" ? "" : " found"}`}
        actions={<TextField label="Search metrics" hideLabel type="search" placeholder="part of a name or description" icon={<Search size={15} aria-hidden="true" />} trailing={<kbd>/</kbd>} value={search} onChange={(text) => setParams({ q: text }, { replace: true })} />}
      >
        {error !== null && data === undefined && <ErrorState what="The metrics could not be read." why={errorText(error)} onRetry={() => void refetch()} />}
        {error === null && data === undefined && <SkeletonRows rows={8} />}
        {data?.length === 0 && <EmptyState>{search === "" ? "This host has sent nothing yet." : `No metric of this host is called something with “${search}”.`}</EmptyState>}
        {data !== undefined && data.length > 0 && <MetricList metrics={data} chosen={chosen} faded={isPlaceholderData} />}
      </Panel>
    </>
  );
}

function MetricList({ metrics, chosen, faded }: { metrics: readonly MetricFamily[]; chosen: string | null; faded: boolean }) {
  const families = [...new Set(metrics.map((metric) => metric.family))].sort(familyOrder);
  return (
    <div style={faded ? { opacity: 0.6 } : undefined}>
      {families.map((family) => {
        const inside = metrics.filter((metric) => metric.family === family);
        return (
          <details key={family} open className={styles.metricFamily}>
            <summary>{familyName(family)} <span className="ink3">{inside.length}</span></summary>
            <ul>{inside.map((metric) => <MetricRow key={metric.name} metric={metric} chosen={metric.name === chosen} />)}</ul>
          </details>
        );
      })}
    </div>
  );
}

function MetricRow({ metric, chosen }: { metric: MetricFamily; chosen: boolean }) {
  const unit = unitOf(metric.unit, metric.unit === "bytes/s" ? metric.family : undefined);
  return (
    <li>
      <a className={cx(styles.metric, chosen && styles.cursor)} href={location.pathname + withParams(location.search, { metric: metric.name })}>
        <span className={styles.metricName}><code>{metric.name}</code>{metric.help !== null && <span className="meta">{metric.help}</span>}</span>
        <span className="meta nowrap">{isCounter(metric) ? "counter" : metric.type ?? ""}</span>
        <span className="meta nowrap">{metric.series > 1 ? `${formatCount(metric.series)} series` : ""}</span>
        <b className="strong right" title={fullValue(metric.latest, unit)}>{metric.series > 1 ? "" : formatValue(metric.latest, unit)}</b>
      </a>
    </li>
  );
}

interface MetricChartProps extends Pick<TabProps, "detail" | "range" | "window"> {
  name: string;
  metric: MetricFamily | undefined;
  onClose: () => void;
}

const SERIES_MAX = 12;
const POINTS = 400;

function MetricChart({ detail, name, metric, range, window, onClose }: MetricChartProps) {
  const { host, source } = detail.summary;
  const { zoom, back } = useZoom();
  const span = window.toMs - window.fromMs;
  const stepMs = Math.max(1000, Math.ceil(span / POINTS / 1000) * 1000);
  const known = metric ?? { name, type: null, unit: null, family: "" };
  const query = metricQuery(known, stepMs, source);
  const unit = metricUnit(known);
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["metric", host, query, range],
    queryFn: ({ signal }) => {
      const at = windowAt(range, serverNow());
      return queryRange({ query, host, fromMs: at.fromMs, toMs: at.toMs, stepMs }, signal);
    },
    refetchInterval: range.kind === "last" ? Math.max(2000, stepMs) : false, placeholderData: (before) => before,
  });
  const { fromMs, toMs } = window;
  const chart = useMemo((): ChartData => ({
    fromMs, toMs, unit, series: drawn(data ?? []), nowMs: range.kind === "last" ? toMs : undefined,
  }), [fromMs, toMs, unit, data, range.kind]);
  const total = data?.length ?? 0;
  return (
    <section className={styles.metricChart} aria-label={name}>
      <ChartFigure
        title={name} data={chart} height={220} status={statusOf(total, isPending, error, () => void refetch(), name)} onZoom={zoom} onBack={back}
        actions={<Button kind="quiet" small icon={<X size={15} />} label={`Close ${name}`} onClick={onClose} />}
      />
      <p className="meta"><code>{query}</code>{total > SERIES_MAX && ` · the ${SERIES_MAX} highest of ${total} series`}</p>
    </section>
  );
}

function drawn(result: readonly PromSeries[]): ChartData["series"] {
  const names = seriesNames(result.map((series) => series.metric));
  return result
    .map((series, index) => ({ id: names[index] ?? String(index), name: names[index] ?? "", points: pointsOf(series) }))
    .sort((a, b) => (b.points.at(-1)?.value ?? 0) - (a.points.at(-1)?.value ?? 0))
    .slice(0, SERIES_MAX);
}

function statusOf(total: number, pending: boolean, error: Error | null, onRetry: () => void, name: string): ChartStatus {
  if (total > 0) return { kind: "ready" };
  if (error !== null) return { kind: "error", what: "Not loaded.", why: errorText(error), onRetry };
  return pending ? { kind: "loading" } : { kind: "empty", text: <b>No samples of {name} in this window.</b> };
}
