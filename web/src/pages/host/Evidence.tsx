import { useQuery } from "@tanstack/react-query";
import { Bell } from "lucide-react";
import { useMemo } from "react";
import { anomaliesQuery, changePointsQuery } from "../../api/queries";
import type { AlertItem, Anomaly, ChangeMark, HostDetail, VitalReading } from "../../api/types";
import type { ChartStatus } from "../../charts/Chart";
import { ChartFigure } from "../../charts/ChartFigure";
import type { ChartData } from "../../charts/model";
import { errorText } from "../../api/client";
import { formatDuration, formatValue } from "../../lib/format";
import { formatClock, formatSpan, zoneName } from "../../lib/time";
import { capacityText, fitsAxis, readingUnit, vitalTitle } from "../../lib/vitals";
import { links } from "../../routes/links";
import { navigate } from "../../routes/router";
import { useStore } from "../../state/store";
import type { TimeRange, Window } from "../../state/timeRange";
import { useVitalSeries } from "../../state/vitalSeries";
import { utcStore } from "../../state/zone";
import { ButtonLink } from "../../ui/Button";
import { Panel } from "../../ui/Panel";
import styles from "./Host.module.css";
import { useZoom } from "./useZoom";

interface EvidenceProps {
  detail: HostDetail;
  /** The charts to draw, from the top. */
  readings: readonly VitalReading[];
  range: TimeRange;
  window: Window;
  nowMs: number;
  staleSinceMs: number | null;
}

/** The series behind the sentences: one time axis, one crosshair. */
export function Evidence(props: EvidenceProps) {
  const { detail, readings, window, nowMs } = props;
  const marks = useChangeMarks(detail.summary.host, window, nowMs);
  const ended = useEnded(detail.summary.host, window, nowMs);
  const alerts = detail.alerts.filter((alert) => alert.firedMs !== null && alert.firedMs >= window.fromMs && alert.firedMs <= window.toMs);
  return (
    <Panel
      title="Evidence" meta={<>{formatSpan(window.fromMs, window.toMs, nowMs)} {zoneName(nowMs)}</>}
      actions={<><Key /><ButtonLink small href={links.changes(window.fromMs, Math.min(window.toMs, nowMs), detail.summary.host)}>What changed here?</ButtonLink></>} footer={<span className={styles.desk}>Drag to zoom · <kbd>Shift</kbd> drag to ask what changed · double-click to go back · <kbd>[</kbd> <kbd>]</kbd> move in time · <kbd>←</kbd> <kbd>→</kbd> read values</span>}
    >
      <EventLane alerts={alerts} window={window} />
      {readings.map((reading, index) => (
        <div key={reading.key} className={styles.evidence}>
          <VitalChart {...props} marks={marks} ended={ended} reading={reading} axis={index === readings.length - 1} first={index === 0} />
        </div>
      ))}
    </Panel>
  );
}

/** The window to ask about; a moving one moves once a minute. */
function asked(window: Window, nowMs: number): Window {
  const coarse = (timeMs: number) => Math.floor(timeMs / 60_000) * 60_000;
  return window.toMs < nowMs ? window : { fromMs: coarse(window.fromMs), toMs: coarse(nowMs) };
}

/** When regimes changed. */
function useChangeMarks(host: string, window: Window, nowMs: number): readonly ChangeMark[] {
  const { fromMs, toMs } = asked(window, nowMs);
  const { data } = useQuery(changePointsQuery(host, fromMs, toMs));
  return data ?? NO_MARKS;
}

const NO_MARKS: readonly ChangeMark[] = [];

/** When vital signs were unusual and are no more: the readings of now know only of what runs. */
function useEnded(host: string, window: Window, nowMs: number): readonly Anomaly[] {
  const { fromMs, toMs } = asked(window, nowMs);
  const { data } = useQuery(anomaliesQuery({ host, fromMs: Math.round(fromMs), toMs: Math.round(toMs), vitals: true, limit: ENDED_MAX }));
  return useMemo(() => (data ?? []).filter((anomaly) => anomaly.kind === "vital" && anomaly.endMs !== null), [data]);
}

const ENDED_MAX = 200;

function Key() {
  return (
    <span className={styles.key} aria-hidden="true">
      <span><i className={styles.keyBand} />usual</span><span><i className={styles.keyChange} />regime changed</span><span><i className={styles.keyOdd} />unusual</span>
    </span>
  );
}

interface VitalChartProps extends EvidenceProps { marks: readonly ChangeMark[]; ended: readonly Anomaly[]; reading: VitalReading; axis: boolean; first: boolean }

function VitalChart({ detail, marks, ended, reading, range, window, nowMs, staleSinceMs, axis, first }: VitalChartProps) {
  const host = detail.summary.host;
  const series = useVitalSeries(host, reading, range);
  const { zoom, back } = useZoom();
  const title = vitalTitle(reading);
  const unit = readingUnit(reading);
  const { fromMs, toMs } = window;
  const shown = Math.min(nowMs, toMs);
  const alerts = detail.alerts;
  const utc = useStore(utcStore);
  const data = useMemo((): ChartData => ({
    fromMs, toMs, unit, series: [{ id: reading.key, name: title, points: series.points }], band: series.band, axis,
    nowMs: range.kind === "last" ? toMs : shown, fit: fitsAxis(reading.vital), staleSinceMs: staleSinceMs ?? undefined,
    shades: shadesOf(reading, ended, toMs), thresholds: thresholdsOf(reading, alerts),
    marks: [
      ...alerts.flatMap((alert) => (alert.firedMs === null ? [] : [{ timeMs: alert.firedMs, label: `${alert.rule} fired ${formatClock(alert.firedMs)}` }])),
      ...marks.filter((mark) => mark.key === reading.key).map((mark) => ({ timeMs: mark.timeMs, label: mark.sentence, isChange: true })),
    ],
  }), [marks, ended, fromMs, toMs, unit, reading, title, series.points, series.band, axis, range.kind, shown, staleSinceMs, alerts, utc]); // eslint-disable-line react-hooks/exhaustive-deps -- marks name times in the zone of the page
  const note = capacityText(reading);
  return (
    <ChartFigure
      title={title} {...(note === null ? {} : { unitNote: note })} data={data} height={axis ? 140 : 124} exact={series.exact}
      status={statusOf(series, detail, window, first)} onZoom={zoom} onBack={back} onAsk={(from, to) => { navigate(links.changes(from, to, host)); }}
    />
  );
}

function shadesOf(reading: VitalReading, ended: readonly Anomaly[], toMs: number): NonNullable<ChartData["shades"]> {
  const over = ended.filter((anomaly) => anomaly.key === reading.key).map(({ sinceMs, endMs }) => ({ fromMs: sinceMs, toMs: endMs ?? toMs, state: "warning" as const }));
  if (reading.state === "ok" || reading.sinceMs === null) return over;
  return [...over, { fromMs: reading.sinceMs, toMs, state: reading.state === "critical" ? "critical" : "warning" }];
}

function thresholdsOf(reading: VitalReading, alerts: readonly AlertItem[]): NonNullable<ChartData["thresholds"]> {
  return alerts.filter((alert) => alert.vitalKey === reading.key && alert.threshold !== null).map((alert) => {
    const value = alert.threshold ?? 0;
    const word = alert.comparison.startsWith("<") ? "below" : "above";
    return { value, state: alert.severity, label: `${alert.severity} ${word} ${formatValue(value, readingUnit(reading))}` };
  });
}

function statusOf(series: ReturnType<typeof useVitalSeries>, detail: HostDetail, window: Window, first: boolean): ChartStatus {
  if (series.points.length === 0) {
    if (series.pending) return { kind: "loading" };
    if (series.error !== null) return { kind: "error", what: "Not loaded.", why: errorText(series.error), onRetry: series.retry };
  }
  const inside = series.points.some((point) => point.timeMs >= window.fromMs && point.timeMs <= window.toMs);
  if (!inside) {
    return {
      kind: "empty",
      text: <><b>No samples of this vital sign in this window.</b><br /><span className="meta">The host's newest is from {formatClock(detail.summary.lastSeenMs)}. <a className="link" href={links.host(detail.summary.host)}>Show the last hour</a></span></>,
    };
  }
  const { learning } = detail;
  return learning.phase === "range" && first
    ? { kind: "learning", text: `${formatDuration(learning.learnedSeconds * 1000)} of ${formatDuration(learning.neededSeconds * 1000)} learned` }
    : { kind: "ready" };
}

const LANE_MAX = 4;

/** Names the dotted marks of the charts below: left of their mark in the right half, right of it in the left half. */
function EventLane({ alerts, window }: { alerts: readonly AlertItem[]; window: Window }) {
  if (alerts.length === 0) return null;
  const shown = [...alerts].sort((a, b) => (a.firedMs ?? 0) - (b.firedMs ?? 0)).slice(-LANE_MAX);
  const rows = Math.min(2, shown.length);
  return (
    <div className={styles.lane} style={{ height: rows * 24 }}>
      {shown.map((alert, index) => {
        const part = ((alert.firedMs ?? 0) - window.fromMs) / (window.toMs - window.fromMs);
        return (
          <a key={alert.id} href={links.alert(alert.id)} className={part > 0.5 ? styles.laneLeft : styles.laneRight} style={{ left: `${part * 100}%`, top: (index % rows) * 24 }}>
            <Bell size={12} aria-hidden="true" />{alert.rule} fired · {formatClock(alert.firedMs ?? 0)}
          </a>
        );
      })}
    </div>
  );
}
