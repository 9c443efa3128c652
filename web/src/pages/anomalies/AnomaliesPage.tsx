import { useQuery } from "@tanstack/react-query";
import { errorText } from "../../api/client";
import { anomaliesQuery, labelsQuery, peersQuery } from "../../api/queries";
import type { Anomaly, AnomalyLabel } from "../../api/types";
import { formatDuration, plural } from "../../lib/format";
import { formatTime, timeTooltip } from "../../lib/time";
import { links } from "../../routes/links";
import { useParams } from "../../routes/router";
import { serverNow } from "../../state/live";
import { ButtonLink } from "../../ui/Button";
import { cx } from "../../ui/cx";
import { Glyph } from "../../ui/Glyph";
import { Panel } from "../../ui/Panel";
import { EmptyState, ErrorState, SkeletonRows } from "../../ui/States";
import { Switch } from "../../ui/Switch";
import { useNow } from "../../ui/TimeText";
import { useCursor } from "../../ui/useCursor";
import { Page } from "../frame/Page";
import styles from "./Anomalies.module.css";
import { Feedback } from "./Feedback";
import { evidenceOf, lastedText, runningFirst, windowAround } from "./model";
import { Differences } from "./Differences";

const DAY_MS = 86_400_000;
const SHOWN_DAYS = 30;
const SHOWN_MAX = 100;
const TWINS_MAX = 10;

const KINDS: Readonly<Record<Anomaly["kind"], string>> = { host: "", twins: "unlike its twins · ", vital: "one vital sign · ", model: "an own model · " };

/** When hosts as a whole were unlike themselves, what moved, what it was like before, and what was said of it. */
export function AnomaliesPage() {
  const [params, setParams] = useParams();
  const host = params.get("host") ?? undefined;
  const vitals = params.get("vitals") === "yes";
  useNow();
  const nowMs = serverNow();
  const fromMs = Math.floor(nowMs / DAY_MS) * DAY_MS - SHOWN_DAYS * DAY_MS;
  const { data, error, refetch } = useQuery(anomaliesQuery({ fromMs, limit: SHOWN_MAX, vitals, ...(host === undefined ? {} : { host }) }));
  const labels = useQuery(labelsQuery());
  return (
    <Page name="Anomalies" above={host === undefined ? [] : [{ label: host, href: links.host(host) }]}>
      <h1 className={cx("title", styles.head)}>{headline(data, host)}</h1>
      <div className={styles.columns}>
        <Panel title="Anomalies" meta={`last ${SHOWN_DAYS} days, what runs first`} actions={(
          <>
            <span className={styles.also}>Single vital signs too <Switch label="Show anomalies of single vital signs too" checked={vitals} onChange={(on) => { setParams({ vitals: on ? "yes" : null }, { replace: true }); }} /></span>
            {host !== undefined && <a className="link small" href={links.anomalies()}>All hosts</a>}
          </>
        )}>
          {error !== null ? <ErrorState what="Not loaded:" why={errorText(error)} onRetry={() => void refetch()} />
            : data === undefined ? <SkeletonRows rows={5} label="Loading anomalies" />
            : <List anomalies={runningFirst(data)} nowMs={nowMs} />}
        </Panel>
        <div className={styles.side}>
          <TwinsPanel host={host} />
          <Learned labels={(labels.data ?? []).filter((label) => host === undefined || label.host === host)} nowMs={nowMs} failed={labels.error} />
        </div>
      </div>
    </Page>
  );
}

function headline(anomalies: readonly Anomaly[] | undefined, host: string | undefined): React.ReactNode {
  const where = host === undefined ? "" : ` on ${host}`;
  if (anomalies === undefined) return `Anomalies${where}`;
  const running = new Set(anomalies.filter((anomaly) => anomaly.endMs === null).map((anomaly) => anomaly.host)).size;
  if (running === 0) return <>Nothing is unusual{where} now. <span>{anomalies.length === 0 ? "" : `${plural(anomalies.length, "anomaly", "anomalies")} in the last ${SHOWN_DAYS} days.`}</span></>;
  return host === undefined ? `${plural(running, "host is", "hosts are")} unusual now.` : `${host} is unusual now.`;
}

function List({ anomalies, nowMs }: { anomalies: readonly Anomaly[]; nowMs: number }) {
  const [cursor] = useCursor(anomalies.length, (index) => {
    document.querySelectorAll<HTMLAnchorElement>("[data-anomaly]")[index]?.click();
  });
  if (anomalies.length === 0) return <EmptyState>No host was unlike itself or its twins. Normal behaviour keeps being learned.</EmptyState>;
  return <ul>{anomalies.map((anomaly, index) => <Row key={anomaly.id} anomaly={anomaly} nowMs={nowMs} cursor={index === cursor} />)}</ul>;
}

function Row({ anomaly, nowMs, cursor }: { anomaly: Anomaly; nowMs: number; cursor: boolean }) {
  const running = anomaly.endMs === null;
  const lastedMs = (anomaly.endMs ?? nowMs) - anomaly.sinceMs;
  const window = windowAround(anomaly, nowMs);
  return (
    <li className={cx(styles.row, cursor && styles.cursor)}>
      {running ? <Glyph kind="warn" size={18} /> : <span />}
      <div className={styles.what}>
        <p className={styles.say}><a data-anomaly href={evidenceOf(anomaly, window)}><b>{anomaly.host}</b></a> {anomaly.sentence}</p>
        <p className={styles.more}>
          {KINDS[anomaly.kind]}<time title={timeTooltip(anomaly.sinceMs)}>{formatTime(anomaly.sinceMs, nowMs)}</time> · {running ? `for ${formatDuration(lastedMs)} so far` : lastedText(lastedMs)} · {anomaly.rarity}
          {anomaly.lastSeen !== null && <> · <span title={anomaly.seenBefore.map((seen) => `${formatTime(seen.startMs, nowMs)}: ${seen.sentence}`).join("\n")}>{anomaly.lastSeen}</span></>}
        </p>
        <Feedback id={anomaly.id} label={anomaly.label} />
      </div>
      <span className={styles.ask}><ButtonLink small href={links.changes(anomaly.sinceMs - 60_000, Math.min(nowMs, window.toMs), anomaly.host)}>What changed?</ButtonLink></span>
    </li>
  );
}

/** Hosts unlike those that are alike or have the same role; nothing is shown where there are no twins or all are alike. */
function TwinsPanel({ host }: { host: string | undefined }) {
  const { data } = useQuery(peersQuery());
  const shown = (data ?? []).filter((one) => host === undefined || one.host === host);
  if (shown.length === 0) return null;
  return (
    <Panel title="Unlike their twins" meta="last 15 min" footer={<span>Twins have the same role, or usually do the same. What has been so for a day is known and no news.</span>}>
      <Differences items={shown.slice(0, TWINS_MAX)} />
    </Panel>
  );
}

/** What was learned from what users said; each word can be taken back where it was said. */
function Learned({ labels, nowMs, failed }: { labels: readonly AnomalyLabel[]; nowMs: number; failed: Error | null }) {
  return (
    <Panel title="What was learned" meta={labels.length === 0 ? undefined : plural(labels.length, "word", "words")}>
      {failed !== null ? <ErrorState what="Not loaded:" why={errorText(failed)} />
        : labels.length === 0 ? <EmptyState glyph="learn">Nothing yet. Say of an anomaly whether it was useful, expected or noise, and the like of it is told accordingly.</EmptyState>
        : (
          <ul>
            {labels.map((label) => (
              <li key={label.anomalyId} className={styles.label}>
                <p className={styles.say}><b>{label.host}</b> {label.sentence}</p>
                <p className={styles.more}>{label.word} · {label.by}, {formatTime(label.atMs, nowMs)} · {label.held === 0 ? "nothing held back so far" : `${plural(label.held, "time", "times")} held back`}</p>
                <p className={styles.more}>{label.learned}</p>
              </li>
            ))}
          </ul>
        )}
    </Panel>
  );
}
