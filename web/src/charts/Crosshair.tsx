import { formatValue } from "../lib/format";
import { formatClockSeconds } from "../lib/time";
import { useStore } from "../state/store";
import styles from "./Chart.module.css";
import { crosshairStore } from "./crosshair";
import type { Layout } from "./layout";
import type { ChartData } from "./model";
import { nearest } from "./points";

/** The line of the common time, a dot on each series, the value beside it, the time once below. */
export function Crosshair({ layout, data }: { layout: Layout; data: ChartData }) {
  const timeMs = useStore(crosshairStore);
  if (timeMs === null || timeMs < data.fromMs || timeMs > data.toMs) return null;
  const x = Math.round(layout.x(timeMs)) + 0.5;
  const reach = (data.toMs - data.fromMs) / 60;
  const hits = layout.lines.flatMap((line) => {
    const point = nearest(line.series.points, timeMs, reach);
    return point === null ? [] : [{ line, point, y: layout.y.scale(point.value) }];
  });
  const only = hits.length === 1 && layout.lines.length === 1 ? hits[0] : undefined;
  return (
    <g>
      <path className={styles.cross} d={`M${x} ${layout.top}V${layout.bottom}`} />
      {hits.map((hit) => <circle key={hit.line.series.id} className={styles.dot} fill={`var(--${hit.line.tone})`} cx={x} cy={hit.y} r={3.5} />)}
      {only !== undefined && <ValuePill layout={layout} x={x} y={only.y} text={formatValue(only.point.value, data.unit)} />}
      {data.axis !== false && <TimePill x={x} layout={layout} text={formatClockSeconds(timeMs)} />}
    </g>
  );
}

const CHARACTER = 6.3;

function ValuePill({ layout, x, y, text }: { layout: Layout; x: number; y: number; text: string }) {
  const width = text.length * CHARACTER + 14;
  const left = x + width + 12 > layout.right ? x - width - 8 : x + 8;
  const low = y < (layout.top + layout.bottom) / 2;
  return (
    <g transform={`translate(${left} ${low ? layout.bottom - 26 : layout.top + 4})`}>
      <rect className={styles.pill} width={width} height={20} rx={4} />
      <text className={styles.pillText} x={width / 2} y={14} textAnchor="middle">{text}</text>
    </g>
  );
}

function TimePill({ layout, x, text }: { layout: Layout; x: number; text: string }) {
  const centre = Math.min(layout.right - 32, Math.max(layout.left + 32, x));
  return (
    <g transform={`translate(${centre} ${layout.bottom + 2})`}>
      <rect className={styles.pillInk} x={-32} width={64} height={18} rx={4} />
      <text className={styles.pillInkText} y={13}>{text}</text>
    </g>
  );
}
