import { CircleCheck, Clock, Mail } from "lucide-react";
import type { AlertItem, Notified } from "../../api/types";
import { READY, type ChartStatus } from "../../charts/Chart";
import { ChartFigure } from "../../charts/ChartFigure";
import type { ChartData } from "../../charts/model";
import { errorText } from "../../api/client";
import { unitOf } from "../../lib/format";
import { links } from "../../routes/links";
import { ButtonLink } from "../../ui/Button";
import { Glyph } from "../../ui/Glyph";
import { TimeText, useNow } from "../../ui/TimeText";
import styles from "./Alerts.module.css";
import { useAlertPoints } from "./AlertRow";
import { evidenceOf, telling, thresholdText } from "./model";

/** The evidence and the story of one alert, under its row. */
export function AlertDetail({ alert }: { alert: AlertItem }) {
  return (
    <div className={styles.detail} role="region" aria-label={`Details of ${alert.host}: ${alert.rule}`}>
      <div><AlertChart alert={alert} /></div>
      <div>
        <h3>Who was told</h3>
        <Told alert={alert} />
        <Facts alert={alert} />
      </div>
    </div>
  );
}

function statusOf(points: unknown[] | null, error: Error | null): ChartStatus {
  if (error !== null) return { kind: "error", what: "Not loaded:", why: errorText(error) };
  if (points === null) return { kind: "loading" };
  return points.length === 0 ? { kind: "empty", text: "No samples around the start of this alert." } : READY;
}

function AlertChart({ alert }: { alert: AlertItem }) {
  const { window, points, error } = useAlertPoints(alert, true);
  const now = useNow();
  const ended = alert.resolvedMs ?? now;
  const firing = alert.state !== "pending";
  const { unit, name, threshold } = evidenceOf(alert);
  const data: ChartData = {
    fromMs: window.fromMs, toMs: window.toMs, unit: unitOf(unit), series: [{ id: "value", name, points: points ?? [] }],
    thresholds: threshold === null ? [] : [{ value: threshold, label: `${alert.severity} ${thresholdText(alert)}`, state: alert.severity }],
    shades: firing ? [{ fromMs: alert.firedMs ?? alert.startedMs, toMs: ended, state: alert.severity }] : [],
    marks: alert.acknowledgedMs === null ? [] : [{ timeMs: alert.acknowledgedMs, label: "acknowledged" }],
  };
  return <ChartFigure title={`${name} on ${alert.host}`} data={data} height={148} status={statusOf(points, error)} />;
}

function Told({ alert }: { alert: AlertItem }) {
  if (alert.notified.length === 0) return <p className="small ink2">{whyNobody(alert)}</p>;
  return (
    <ul className={styles.told}>
      {alert.notified.map((notified, index) => (
        <li key={index}>
          {notified.state === "failed" ? <Glyph kind="warn" size={15} decorative /> : <Icon state={notified.state} />}
          <span><b className="strong">{notified.channel}</b></span>
          <span className="meta"><TimeText at={notified.timeMs} /></span>
          <span className={styles.answer}><Outcome notified={notified} /></span>
        </li>
      ))}
    </ul>
  );
}

function Icon({ state }: { state: "delivered" | "waiting" }) {
  return state === "delivered" ? <CircleCheck size={15} aria-hidden="true" /> : <Clock size={15} aria-hidden="true" />;
}

function Outcome({ notified }: { notified: Notified }) {
  const answer = (notified.detail ?? "") === "" ? null : <>, last answer <code>{notified.detail}</code></>;
  if (notified.state === "delivered") return <span className="ink2">Delivered{answer}.</span>;
  if (notified.state === "waiting") return <span className="ink2">Waiting to be sent{answer}.</span>;
  return <span className="warnText">Not delivered{answer}. <a className="link" href={links.channels()}>See the delivery log</a></span>;
}

function whyNobody(alert: AlertItem): string {
  if (alert.state === "pending") return "Nobody yet: it has not fired.";
  if (alert.state === "silenced") return "Nobody: a silence holds it back.";
  return `Nobody: no channel that is switched on takes ${alert.severity} alerts, or none is set up.`;
}

function Facts({ alert }: { alert: AlertItem }) {
  const rows: [string, React.ReactNode][] = [
    ["Started", <TimeText key="s" at={alert.startedMs} />],
    ...(alert.firedMs === null ? [] : [["Fired", <TimeText key="f" at={alert.firedMs} />] satisfies [string, React.ReactNode]]),
    ...(alert.resolvedMs === null ? [] : [["Ended", <TimeText key="r" at={alert.resolvedMs} />] satisfies [string, React.ReactNode]]),
    ...(alert.note === null || alert.note === "" ? [] : [["Note", `“${alert.note}”`] satisfies [string, React.ReactNode]]),
    ...telling(alert.labels).map(([name, value]): [string, React.ReactNode] => [name, <code key={name}>{value}</code>]),
    ["Query", <code key="q">{alert.query}</code>],
  ];
  return (
    <>
      <dl className={styles.facts}>
        {rows.map(([name, value]) => <Fact key={name} name={name} value={value} />)}
      </dl>
      <p style={{ display: "flex", flexWrap: "wrap", gap: 8, marginTop: 14 }}>
        {alert.vitalKey !== null && <ButtonLink small href={links.vital(alert.host, alert.vitalKey)}>Show on the host</ButtonLink>}
        <ButtonLink small href={links.rules()}>The rule</ButtonLink>
        {alert.notified.length === 0 && <ButtonLink small href={links.channels()} icon={<Mail size={14} aria-hidden="true" />}>Channels</ButtonLink>}
      </p>
    </>
  );
}

function Fact({ name, value }: { name: string; value: React.ReactNode }) {
  return <><dt>{name}</dt><dd>{value}</dd></>;
}
