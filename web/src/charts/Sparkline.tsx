import { area, line } from "d3-shape";
import { scaleLinear } from "d3-scale";
import { memo, useId, useRef } from "react";
import styles from "./Chart.module.css";
import { cx } from "../ui/cx";
import { gapLimit, reduceToColumns, segments, within, type BandPoint, type Point } from "./points";
import { useWidth } from "./useWidth";

interface SparklineProps {
  points: readonly Point[];
  band?: readonly BandPoint[];
  fromMs: number;
  toMs: number;
  height: number;
  /** Fixed ends of the value axis; otherwise from zero to a little above the highest. */
  min?: number | undefined;
  max?: number | undefined;
  state?: "ok" | "warning" | "critical" | "unusual";
  /** Since when it is in that state: shaded. */
  sinceMs?: number | null | undefined;
  /** Everything after this time is hatched and the line is grey. */
  staleSinceMs?: number | undefined;
}

/** The small multiple of the chart: no text, for the eye only; the figures stand beside it. */
export const Sparkline = memo(function Sparkline(props: SparklineProps) {
  const ref = useRef<HTMLDivElement>(null);
  const width = useWidth(ref);
  return <div ref={ref} style={{ height: props.height }}>{width > 0 && <SparkPicture {...props} width={width} />}</div>;
});

export function SparkPicture({ points, band = [], fromMs, toMs, height, width, min = 0, max, state = "ok", sinceMs, staleSinceMs }: SparklineProps & { width: number }) {
  const id = useId();
  const visible = within(points, fromMs, toMs);
  const shownBand = band.filter((point) => point.timeMs >= fromMs && point.timeMs <= toMs);
  const highest = Math.max(0, ...visible.map((point) => point.value), ...shownBand.map((point) => point.upper));
  const top = max ?? (highest === min ? min + 1 : min + (highest - min) * 1.1);
  const x = scaleLinear().domain([fromMs, toMs]).range([1, width - 3]);
  const y = scaleLinear().domain([min, top]).range([height - 2, 4]).clamp(true);
  const columnMs = (toMs - fromMs) / width;
  const path = line<Point>().x((point) => round(x(point.timeMs))).y((point) => round(y(point.value)));
  const bandShape = area<BandPoint>().x((point) => round(x(point.timeMs))).y0((point) => round(y(point.lower))).y1((point) => round(y(point.upper)));
  const pieces = segments(visible, gapLimit(visible, Math.max(5000, 3 * columnMs)));
  const last = visible.at(-1);
  const alarming = state === "critical" || state === "warning";
  const shadeFrom = alarming && (sinceMs ?? null) !== null ? Math.max(1, x(Math.max(fromMs, sinceMs ?? fromMs))) : null;
  return (
    <svg className={styles.spark} width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {shadeFrom !== null && (
        <>
          <rect className={state === "critical" ? styles.shadeCrit : styles.shadeWarn} x={shadeFrom} y={0} width={Math.max(1, width - 3 - shadeFrom)} height={height} />
          <rect className={state === "critical" ? styles.barCrit : styles.barWarn} x={shadeFrom} y={0} width={Math.max(1, width - 3 - shadeFrom)} height={2} />
        </>
      )}
      {shownBand.length > 1 && <path className={styles.band} d={bandShape(shownBand) ?? ""} />}
      <path className={cx(styles.sparkLine, staleSinceMs !== undefined && styles.sparkQuiet)} d={pieces.map((piece) => path(reduceToColumns(piece, fromMs, columnMs)) ?? "").join("")} />
      {staleSinceMs !== undefined && (
        <>
          <pattern id={id} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path className={styles.hatchLine} d="M1 0V5" /></pattern>
          <rect fill={`url(#${id})`} x={x(staleSinceMs)} y={0} width={Math.max(2, width - x(staleSinceMs))} height={height} />
        </>
      )}
      {last !== undefined && staleSinceMs === undefined && (
        <circle className={cx(styles.end, state === "critical" && styles.endCrit, state === "warning" && styles.endWarn)} cx={round(x(last.timeMs))} cy={round(y(last.value))} r={2.4} />
      )}
    </svg>
  );
}

const round = (value: number) => Math.round(value * 10) / 10;
