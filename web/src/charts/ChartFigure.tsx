import { Table2 } from "lucide-react";
import { useMemo, useState, type ReactNode } from "react";
import { formatRange, formatValue, fullValue, scaleFor } from "../lib/format";
import { formatClockSeconds, timeTooltip } from "../lib/time";
import { useStore } from "../state/store";
import { Button } from "../ui/Button";
import { cx } from "../ui/cx";
import { Chart, type ChartStatus } from "./Chart";
import styles from "./Chart.module.css";
import { crosshairStore } from "./crosshair";
import type { ChartData } from "./model";
import { nearest, summarise, type BandPoint } from "./points";

interface ChartFigureProps {
  title: string;
  /** What the percentages are of, or another word on the unit: "of 1.8 TiB". */
  unitNote?: string;
  data: ChartData;
  height: number;
  status: ChartStatus;
  /** Each point is one measured value, so that their mean is the mean. */
  exact?: boolean;
  actions?: ReactNode;
  onZoom?: (fromMs: number, toMs: number) => void;
  onBack?: () => void;
  onAsk?: (fromMs: number, toMs: number) => void;
}

/** A chart with its title, its figures, its values as a table and, from two series on, its legend. */
export function ChartFigure({ title, unitNote, data, height, status, exact = false, actions, onZoom, onBack, onAsk }: ChartFigureProps) {
  const [asTable, setAsTable] = useState(false);
  const single = data.series.length === 1 ? data.series[0] : undefined;
  const summary = useMemo(() => (single === undefined ? null : summarise(single.points, data.fromMs, data.toMs)), [single, data.fromMs, data.toMs]);
  const usual = usualAt(data.band);
  const value = (number: number) => formatValue(number, data.unit);
  const largest = Math.max(1e-12, ...data.series.map((series) => Math.abs(series.points.at(-1)?.value ?? 0)));
  const unit = data.unit === "ratio" ? "%" : scaleFor(summary?.max ?? largest, data.unit).suffix;
  const usualText = usual === null ? "" : formatRange(usual.lower, usual.upper, data.unit);
  const sentence = summary === null
    ? `${title}: no values in this window`
    : `${title}: ${value(summary.last)} now${usualText === "" ? "" : `, usually ${usualText}`}, minimum ${value(summary.min)}, maximum ${value(summary.max)}`;
  return (
    <figure className={styles.figure}>
      <figcaption className={styles.head}>
        <span className={styles.name}>{title}</span>
        <span className={styles.unit}>{[unit, unitNote].filter(Boolean).join(" ")}</span>
        <span className={styles.legend}>
          {summary !== null && (
            <>
              {data.staleSinceMs === undefined ? "now" : "last"} <b title={fullValue(summary.last, data.unit)}>{value(summary.last)}</b>
              <span className={styles.rest}>{usualText !== "" && <> · usual <b>{usualText}</b></>} · min {value(summary.min)} · max {value(summary.max)}{exact && ` · mean ${value(summary.mean)}`}</span>
            </>
          )}
        </span>
        <span className={styles.tableButton}>
          <Button kind="quiet" small icon={<Table2 size={14} />} label={asTable ? `Hide the values of ${title}` : `Values of ${title} as table`} pressed={asTable} onClick={() => setAsTable(!asTable)} />
          {actions}
        </span>
      </figcaption>
      <Chart name={title} sentence={sentence} data={data} height={height} status={status} onZoom={onZoom} onBack={onBack} onAsk={onAsk} />
      {data.series.length > 1 && <LegendTable data={data} />}
      {asTable && <ValueTable data={data} title={title} />}
    </figure>
  );
}

function usualAt(band: readonly BandPoint[] | undefined): BandPoint | null {
  return band?.at(-1) ?? null;
}

const SHOWN_MAX = 8;

/** From two series on: at the cursor, last, minimum, maximum, mean. More than seven share the grey tone. */
function LegendTable({ data }: { data: ChartData }) {
  const cursorMs = useStore(crosshairStore);
  const value = (number: number | undefined) => formatValue(number ?? null, data.unit);
  const shown = data.series.slice(0, SHOWN_MAX);
  return (
    <table className={styles.legendTable}>
      <thead><tr><th scope="col">Series</th><th scope="col">at cursor</th><th scope="col">last</th><th scope="col">min</th><th scope="col">max</th></tr></thead>
      <tbody>
        {shown.map((series, index) => {
          const summary = summarise(series.points, data.fromMs, data.toMs);
          const hit = cursorMs === null ? null : nearest(series.points, cursorMs);
          return (
            <tr key={series.id}>
              <td><i style={{ background: `var(--s${Math.min(index, 6) + 1})` }} />{series.name}</td>
              <td>{value(hit?.value)}</td><td>{value(summary?.last)}</td><td>{value(summary?.min)}</td><td>{value(summary?.max)}</td>
            </tr>
          );
        })}
        {data.series.length > SHOWN_MAX && <tr><td colSpan={5}>and {data.series.length - SHOWN_MAX} more, drawn in grey</td></tr>}
      </tbody>
    </table>
  );
}

const ROWS_MAX = 240;

function ValueTable({ data, title }: { data: ChartData; title: string }) {
  const main = data.series[0]?.points.filter((point) => point.timeMs >= data.fromMs && point.timeMs <= data.toMs) ?? [];
  const every = Math.max(1, Math.ceil(main.length / ROWS_MAX));
  const rows = main.filter((_, index) => index % every === 0).reverse();
  return (
    <div className={styles.values} tabIndex={0} role="region" aria-label={`Values of ${title}`}>
      <table>
        <thead><tr><th scope="col">Time</th>{data.series.slice(0, SHOWN_MAX).map((series) => <th key={series.id} scope="col">{series.name}</th>)}</tr></thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.timeMs}>
              <td title={timeTooltip(row.timeMs)}>{formatClockSeconds(row.timeMs)}</td>
              {data.series.slice(0, SHOWN_MAX).map((series) => {
                const hit = nearest(series.points, row.timeMs)?.value ?? null;
                return <td key={series.id} title={fullValue(hit, data.unit)}>{formatValue(hit, data.unit)}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {every > 1 && <p className={cx("meta")} style={{ padding: "4px 12px" }}>Every {every}th of {main.length} values.</p>}
    </div>
  );
}
