import type { HostDetail, UnusualHost, UnusualMetric } from "../../api/types";
import { NBSP, formatDeviation, formatDuration } from "../../lib/format";
import { formatTime, timeTooltip } from "../../lib/time";
import { links } from "../../routes/links";
import { Glyph } from "../../ui/Glyph";
import { Panel } from "../../ui/Panel";
import { EmptyState } from "../../ui/States";
import { cx } from "../../ui/cx";
import { useCursor } from "../../ui/useCursor";
import { Feedback } from "../anomalies/Feedback";
import styles from "./Host.module.css";
import { rangeKnownInMs } from "./learning";

interface UnusualNowProps { detail: HostDetail; nowMs: number; onShow: (key: string) => void; shown: string | null }

/** What is odd here, most remarkable first, one sentence each; the chart is one key away. */
export function UnusualNow({ detail, nowMs, onShow, shown }: UnusualNowProps) {
  const unusual = detail.unusual;
  const [cursor, setCursor] = useCursor(unusual.length, (index) => {
    const metric = unusual[index];
    if (metric !== undefined) onShow(metric.key);
  });
  const watched = detail.vitals.length;
  return (
    <Panel title="Unusual now" meta={unusual.length === 0 ? undefined : `${unusual.length} of ${watched} vital signs`} actions={<>{unusual.length > 0 && <span className="meta">how rare</span>}<a className="link small" href={links.anomalies(detail.summary.host)}>Earlier</a></>}>
      {detail.anomaly !== null && <WholeHost anomaly={detail.anomaly} nowMs={nowMs} onShow={onShow} />}
      {detail.raised !== null && <Raised raised={detail.raised} />}
      {unusual.length === 0 && detail.anomaly !== null ? null : unusual.length === 0 ? <Nothing detail={detail} watched={watched} /> : (
        <ul>
          {unusual.map((metric, index) => (
            <li key={metric.key} className={cx(styles.unusual, (index === cursor || metric.key === shown) && styles.cursor)} data-cursor={index === cursor || undefined}>
              <button type="button" className={styles.unusualOpen} aria-label={`Show ${metric.name}`} onClick={() => { setCursor(index); onShow(metric.key); }} />
              <span className={styles.number}>{index + 1}</span>
              <p className={styles.say}><Sentence metric={metric} /></p>
              <span className={styles.rarity}>{metric.rarity}</span>
              <p className={styles.since}>
                {factText(metric)}<time title={timeTooltip(metric.sinceMs)}>started {formatTime(metric.sinceMs, nowMs)}</time>
                {metric.lastSeen !== null && ` · ${metric.lastSeen.replace(/\.$/, "")}`}
              </p>
              {metric.id !== null && <div className={styles.said}><Feedback id={metric.id} label={metric.label} brief /></div>}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

/** Why the host's score is high, also while nothing is told of it: a step has just come, or what was told is over. */
function Raised({ raised }: { raised: NonNullable<HostDetail["raised"]> }) {
  return (
    <div className={styles.raised}>
      <p className={styles.say}><b>The host's score is high.</b> {raised.sentence}</p>
      <p className={styles.since}>Normal behaviour is this odd {raised.rarity}.</p>
    </div>
  );
}

const CAUSES_MAX = 5;

/** The host as a whole: one sentence, and what takes part, each a way to its chart. */
function WholeHost({ anomaly, nowMs, onShow }: { anomaly: UnusualHost; nowMs: number; onShow: (key: string) => void }) {
  return (
    <div className={styles.whole}>
      <p className={styles.say}><b>The whole host.</b> {anomaly.sentence}</p>
      <p className={styles.since}>
        {anomaly.rarity} · <time title={timeTooltip(anomaly.sinceMs)}>started {formatTime(anomaly.sinceMs, nowMs)}</time>
        {anomaly.borrowed && " · judged by what a like host has learned"}
        {anomaly.lastSeen !== null && <> · {anomaly.lastSeen.replace(/\.$/, "")}</>}
      </p>
      <p className={styles.causes}>
        <span>takes part</span>
        {anomaly.causes.slice(0, CAUSES_MAX).map((cause) => (
          <button type="button" key={cause.key} onClick={() => { onShow(cause.key); }}>{cause.name}</button>
        ))}
      </p>
      {anomaly.id !== null && <Feedback id={anomaly.id} label={anomaly.label} />}
    </div>
  );
}

/** The subject of the sentence is bold. */
function Sentence({ metric }: { metric: UnusualMetric }) {
  return metric.sentence.startsWith(metric.name)
    ? <><b>{metric.name}</b>{metric.sentence.slice(metric.name.length)}</>
    : metric.sentence;
}

function factText(metric: UnusualMetric): string {
  const deviation = metric.lower === null || metric.upper === null ? null : formatDeviation(metric.value, metric.lower, metric.upper);
  return deviation === null ? "" : `${deviation} · `;
}

function Nothing({ detail, watched }: { detail: HostDetail; watched: number }) {
  if (detail.summary.state === "imported") return <EmptyState glyph="none">This host has not sent anything itself: its history was imported, and it is judged from its first sample on.</EmptyState>;
  const knownInMs = rangeKnownInMs(detail.learning);
  if (knownInMs !== null) {
    return (
      <div className={styles.nothing}>
        <Glyph kind="learn" size={18} decorative />
        <p className="ink2">Not known yet: what is usual here is learned in {formatDuration(knownInMs)}. Hard limits are watched already.</p>
      </div>
    );
  }
  if (detail.summary.state === "silent") return <EmptyState glyph="none">Nothing arrives from this host, so nothing can be compared.</EmptyState>;
  return <EmptyState>Nothing. All {watched}{NBSP}vital signs keep to their usual range.</EmptyState>;
}
