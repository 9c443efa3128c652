import { useId } from "react";
import { formatClock } from "../lib/time";
import styles from "./Chart.module.css";
import { shows, type Layout } from "./layout";
import type { ChartData } from "./model";
import { bandPath, lineOf } from "./paths";

/** The marks of a chart, one component each, in the order from back to front. */
interface MarkProps { layout: Layout; data: ChartData }

const half = (value: number) => Math.round(value) + 0.5;
const clampTime = (layout: Layout, timeMs: number) => Math.min(layout.right, Math.max(layout.left, layout.x(timeMs)));

export function Grid({ layout, data }: MarkProps) {
  const { y, left, right } = layout;
  const lowest = y.ticks[0]?.at;
  return (
    <g>
      {y.ticks.map((tick) => (
        <g key={tick.at}>
          <path className={tick.at === lowest ? styles.base : styles.grid} d={`M${left} ${half(y.scale(tick.at))}H${right}`} />
          <text className={styles.yLabel} x={left - 8} y={Math.round(y.scale(tick.at)) + 4}>{tick.label}</text>
        </g>
      ))}
      {data.axis !== false && <TimeLabels layout={layout} data={data} />}
    </g>
  );
}

/** No label comes closer than 36 px to the bold one of the present. */
function TimeLabels({ layout, data }: MarkProps) {
  const { x, times, bottom, height, right } = layout;
  const now = data.nowMs !== undefined && data.nowMs >= data.fromMs && data.nowMs <= data.toMs ? data.nowMs : null;
  const nowX = now === null ? null : x(now);
  const atEdge = nowX !== null && nowX > right - 16;
  const room = atEdge ? 56 : 40;
  return (
    <g>
      {times.map((tick) => (
        <g key={tick.at}>
          <path className={styles.tick} d={`M${half(x(tick.at))} ${bottom}v4`} />
          {(nowX === null || Math.abs(nowX - x(tick.at)) > room) && x(tick.at) < right - 12 && (
            <text className={styles.xLabel} x={x(tick.at)} y={height - 5}>{tick.label}</text>
          )}
        </g>
      ))}
      {now !== null && nowX !== null && (
        <text className={styles.nowLabel} x={atEdge ? right : nowX} y={height - 5} textAnchor={atEdge ? "end" : "middle"}>{formatClock(now)}</text>
      )}
    </g>
  );
}

export function Shades({ layout, data }: MarkProps) {
  return (data.shades ?? []).filter((shade) => shade.toMs >= data.fromMs && shade.fromMs <= data.toMs).map((shade) => {
    const from = clampTime(layout, shade.fromMs);
    const width = Math.max(1, clampTime(layout, shade.toMs) - from);
    const critical = shade.state === "critical";
    return (
      <g key={shade.fromMs}>
        <rect className={critical ? styles.shadeCrit : styles.shadeWarn} x={from} y={layout.top} width={width} height={layout.bottom - layout.top} />
        <rect className={critical ? styles.barCrit : styles.barWarn} x={from} y={layout.top - 3} width={width} height={3} rx={1} />
      </g>
    );
  });
}

export function Band({ layout, data }: MarkProps) {
  const inside = (data.band ?? []).filter((point) => point.timeMs >= data.fromMs && point.timeMs <= data.toMs);
  return inside.length < 2 ? null : <path className={styles.band} d={bandPath(layout, inside)} />;
}

export function Thresholds({ layout, data }: MarkProps) {
  return (data.thresholds ?? []).filter((threshold) => shows(layout, threshold.value)).map((threshold) => {
    const y = half(layout.y.scale(threshold.value));
    const tone = threshold.state === "critical" ? styles.crit : styles.warn;
    return (
      <g key={threshold.label}>
        <path className={`${styles.threshold} ${tone}`} d={`M${layout.left} ${y}H${layout.right}`} />
        <text className={`${styles.thresholdLabel} ${tone}`} x={layout.left + 6} y={y > layout.top + 14 ? y - 5 : y + 13}>{threshold.label}</text>
      </g>
    );
  });
}

export function EventMarks({ layout, data }: MarkProps) {
  const shown = (data.marks ?? []).filter((mark) => mark.timeMs >= data.fromMs && mark.timeMs <= data.toMs);
  return (
    <>
      {shown.map((mark) => (
        <path key={`${mark.timeMs} ${mark.label}`} className={styles.mark} d={`M${half(layout.x(mark.timeMs))} ${layout.top}V${layout.bottom}`}>
          <title>{mark.label}</title>
        </path>
      ))}
      {shown.filter((mark) => mark.isChange === true).map((mark) => (
        <path key={`cap ${mark.timeMs} ${mark.label}`} className={styles.cap} d={`M${half(layout.x(mark.timeMs)) - 4} ${layout.top - 3}h8l-4 6Z`}>
          <title>{mark.label}</title>
        </path>
      ))}
    </>
  );
}

/** Where the source was silent, and everything after the last sample of a stale chart. */
export function Hatches({ layout, data }: MarkProps) {
  const id = useId();
  const stale = data.staleSinceMs === undefined ? [] : [{ fromMs: data.staleSinceMs, toMs: data.nowMs ?? data.toMs }];
  const spans = [...layout.gaps, ...stale].filter((span) => span.toMs > data.fromMs && span.fromMs < data.toMs);
  if (spans.length === 0) return null;
  return (
    <g>
      <pattern id={id} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <path className={styles.hatchLine} d="M1 0V5" />
      </pattern>
      {spans.map((span) => {
        const from = clampTime(layout, span.fromMs);
        return <rect key={span.fromMs} fill={`url(#${id})`} x={from} y={layout.top} width={Math.max(0, clampTime(layout, span.toMs) - from)} height={layout.bottom - layout.top} />;
      })}
    </g>
  );
}

/** The series as SVG paths; on screen a canvas draws the same paths. */
export function Lines({ layout }: { layout: Layout }) {
  const path = lineOf(layout);
  return layout.lines.map((line) => (
    <path key={line.series.id} className={styles.line} stroke={`var(--${line.tone})`} d={line.pieces.map((piece) => path(piece) ?? "").join("")} />
  ));
}

export function NowLine({ layout, data }: MarkProps) {
  if (data.nowMs === undefined || data.nowMs < data.fromMs || data.nowMs > data.toMs) return null;
  return <path className={styles.now} d={`M${half(layout.x(data.nowMs) - 0.5)} ${layout.top}V${layout.bottom}`} />;
}

/** Everything that lies behind the series. */
export function Behind(props: MarkProps) {
  return <><Grid {...props} /><Shades {...props} /><Band {...props} /><Thresholds {...props} /><EventMarks {...props} /><Hatches {...props} /></>;
}
