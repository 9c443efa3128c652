import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { ChevronRight } from "lucide-react";
import { useEffect, useRef, useState, type RefObject } from "react";
import { queryRange } from "../../api/endpoints";
import type { AlertItem, SilenceRequest } from "../../api/types";
import { Sparkline } from "../../charts/Sparkline";
import { formatDuration, fullValue, unitOf } from "../../lib/format";
import { links } from "../../routes/links";
import { Button } from "../../ui/Button";
import { cx } from "../../ui/cx";
import { Glyph } from "../../ui/Glyph";
import { TimeText, useNow } from "../../ui/TimeText";
import styles from "./Alerts.module.css";
import { evidenceOf, glyphOf, pointsOf, sentenceOf, seriesOf, telling, thresholdText, valueText, windowOf } from "./model";
import { SilencePopover } from "./SilencePopover";

interface AlertRowProps {
  alert: AlertItem;
  cursor: boolean;
  selected: boolean;
  open: boolean;
  /** Why acknowledging and silencing are off, or null. */
  offBecause: string | null;
  onSelect: (on: boolean) => void;
  onOpen: () => void;
  onAcknowledge: () => void;
  onGiveBack: () => void;
  onSilence: (silence: SilenceRequest) => void;
}

/** One alert: what, how far over, since when, who looks after it. */
export function AlertRow(props: AlertRowProps) {
  const { alert, cursor, selected, open, onSelect, onOpen } = props;
  const unit = unitOf(alert.unit);
  return (
    <div className={cx(styles.row, cursor && styles.cursor, selected && styles.selected)} data-cursor={cursor || undefined}>
      {alert.state === "resolved" ? <span />
        : <input type="checkbox" className={styles.check} checked={selected} aria-label={`Select ${alert.host}: ${alert.rule}`} onChange={(event) => onSelect(event.target.checked)} />}
      <Glyph kind={glyphOf(alert)} />
      <div className={styles.say}>
        <a className="hostName" href={links.host(alert.host)}>{alert.host}</a>: {sentenceOf(alert)}
        <br />
        <button type="button" className={cx(styles.more, "meta")} aria-expanded={open} aria-label={`${alert.rule}: history and details`} onClick={onOpen}>
          <ChevronRight size={12} aria-hidden="true" style={{ display: "inline", verticalAlign: -1, marginRight: 2, rotate: open ? "90deg" : undefined }} />
          {[alert.rule, ...telling(alert.labels).map(([name, value]) => `${name}=${value}`)].join(" · ")}
        </button>
      </div>
      <div className={styles.value} title={fullValue(alert.value, unit)}><b>{valueText(alert)}</b><br /><span className="meta">{thresholdText(alert)}</span></div>
      <div className={styles.spark}><AlertSpark alert={alert} /></div>
      <When alert={alert} />
      <Who alert={alert} />
      <div className={styles.acts}><Acts {...props} /></div>
    </div>
  );
}

function Acts({ alert, offBecause, onAcknowledge, onGiveBack, onSilence }: AlertRowProps) {
  if (alert.state === "resolved") return null;
  return (
    <>
      {alert.state === "acknowledged" && <Button small onClick={onGiveBack} offBecause={offBecause}>Give back</Button>}
      {alert.state === "firing" && <Button small onClick={onAcknowledge} offBecause={offBecause}>Acknowledge</Button>}
      {alert.state !== "silenced" && <SilencePopover quiet alerts={[alert]} onSilence={onSilence} offBecause={offBecause} />}
    </>
  );
}

function When({ alert }: { alert: AlertItem }) {
  const now = useNow();
  const since = <TimeText at={alert.startedMs} />;
  if (alert.state === "resolved") {
    return <div className={styles.when}><span>{since}</span><br /><span className="meta">for {formatDuration((alert.resolvedMs ?? now) - alert.startedMs)}</span></div>;
  }
  const pending = alert.state === "pending" && alert.firesAtMs !== null;
  return (
    <div className={styles.when}>
      <span>{since}</span><br />
      <span className="meta">{pending ? <>fires <TimeText at={alert.firesAtMs ?? now} /></> : formatDuration(now - alert.startedMs)}</span>
    </div>
  );
}

function Who({ alert }: { alert: AlertItem }) {
  if (alert.acknowledgedBy !== null) {
    const ends = alert.state === "resolved" ? "" : ", until it ends";
    return (
      <div className={styles.who} title={alert.note ?? undefined}>
        <span>{alert.acknowledgedBy}</span><br />
        <span className="meta">{alert.acknowledgedMs !== null && <TimeText at={alert.acknowledgedMs} />}{ends}</span>
      </div>
    );
  }
  const text = { firing: "nobody yet", silenced: "silenced", pending: "", resolved: "ended by itself", acknowledged: "" }[alert.state];
  return <div className={cx(styles.who, "ink3")}>{text}</div>;
}

/** True from when the element has first been on screen, so that a thousand rows do not ask a thousand questions. */
function useSeen(ref: RefObject<HTMLElement | null>): boolean {
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (ref.current === null || seen) return;
    const observer = new IntersectionObserver((entries) => { if (entries.some((entry) => entry.isIntersecting)) setSeen(true); });
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, [ref, seen]);
  return seen;
}

/** The values an alert is about, around its start. */
export function useAlertPoints(alert: AlertItem, enabled: boolean) {
  const nowMs = Math.floor(useNow() / 30_000) * 30_000;
  const window = windowOf(alert, nowMs);
  const { query } = evidenceOf(alert);
  const { data, error } = useQuery({
    queryKey: ["alertValues", alert.id, window.fromMs, window.toMs], enabled: enabled && query !== "", staleTime: 60_000,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => queryRange({ query, host: alert.host, ...window }, signal),
  });
  return { window, points: data === undefined ? null : pointsOf(seriesOf(data, alert.labels)), error };
}

function AlertSpark({ alert }: { alert: AlertItem }) {
  const ref = useRef<HTMLDivElement>(null);
  const { window, points, error } = useAlertPoints(alert, useSeen(ref));
  const silent = glyphOf(alert) === "none" ? alert.startedMs : undefined;
  const state = alert.state === "pending" || alert.state === "resolved" || silent !== undefined ? "ok" : alert.severity;
  return (
    <div ref={ref} style={{ height: 26 }}>
      {error !== null && <span className="meta" title={error.message}>no picture</span>}
      {points !== null && points.length > 1 && (
        <Sparkline points={points} fromMs={window.fromMs} toMs={window.toMs} height={26} state={state} sinceMs={alert.firedMs ?? alert.startedMs} staleSinceMs={silent} />
      )}
    </div>
  );
}
