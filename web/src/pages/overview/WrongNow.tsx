import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Fragment } from "react";
import { errorText } from "../../api/client";
import { acknowledge, unacknowledge } from "../../api/endpoints";
import type { AlertItem, HostSummary, Overview } from "../../api/types";
import { Sparkline } from "../../charts/Sparkline";
import { formatDuration, formatValue, plural, unitOf } from "../../lib/format";
import { formatTime, timeTooltip } from "../../lib/time";
import { splitVitalKey } from "../../lib/vitals";
import { links } from "../../routes/links";
import { navigate } from "../../routes/router";
import { useMay } from "../../state/session";
import { useShortcut } from "../../state/shortcuts";
import { DEFAULT_RANGE, windowAt } from "../../state/timeRange";
import { useVitalSeries } from "../../state/vitalSeries";
import { Button, ButtonLink } from "../../ui/Button";
import { cx } from "../../ui/cx";
import { Panel } from "../../ui/Panel";
import { EmptyState } from "../../ui/States";
import { useCursor } from "../../ui/useCursor";
import { sentenceOf } from "../alerts/model";
import { AlertGlyph, isSilence } from "./AlertGlyph";
import styles from "./Overview.module.css";
import { SilenceMenu } from "./SilenceMenu";

const SHOWN_MAX = 5;

/** What fires, worst first, one sentence each. */
export function WrongNow({ overview, hosts, nowMs }: { overview: Overview; hosts: readonly HostSummary[]; nowMs: number }) {
  const shown = overview.wrong.slice(0, SHOWN_MAX);
  const more = overview.wrong.length - shown.length;
  const [cursor, setCursor] = useCursor(shown.length, (index) => {
    const alert = shown[index];
    if (alert !== undefined) navigate(placeOf(alert));
  }, 0);
  const atCursor = cursor === null ? undefined : shown[cursor];
  const acknowledging = useAcknowledge();
  const may = useMay("operator");
  useShortcut("a", "Acknowledge", () => {
    if (may && atCursor?.state === "firing") acknowledging.mutate({ alert: atCursor, on: true });
  });
  useShortcut("s", "Silence", () => document.querySelector<HTMLButtonElement>("[data-cursor] [aria-haspopup=menu]")?.click());
  const ended = overview.endedToday;
  return (
    <Panel
      className={styles.wrong} title="Wrong now" meta={shown.length === 0 ? undefined : "worst first"}
      actions={shown.length > 1 && <span className={cx("meta", styles.hint)}><kbd>j</kbd> <kbd>k</kbd> to move</span>}
      footer={<>{ended === 0 ? <span>None ended by itself today</span> : <a className="link" href={links.incidents()}>{ended} more ended today</a>}<span className="grow" /><a className="link" href={links.alerts()}>{more > 0 ? `All alerts, ${more} more` : "All alerts"}</a></>}
    >
      {shown.length === 0 ? <Nothing watching={overview.watching} nowMs={nowMs} /> : (
        <ul>
          {shown.map((alert, index) => (
            <WrongRow
              key={alert.id} alert={alert} nowMs={nowMs} atCursor={index === cursor} host={hosts.find((host) => host.host === alert.host)}
              onPoint={() => setCursor(index)} acknowledging={acknowledging} may={may}
            />
          ))}
        </ul>
      )}
      {acknowledging.error !== null && <p role="alert" className={cx("small critText", styles.failed)}>Not done: {errorText(acknowledging.error)}</p>}
    </Panel>
  );
}

function placeOf(alert: AlertItem): string {
  return alert.vitalKey === null ? links.host(alert.host) : links.vital(alert.host, alert.vitalKey);
}

function useAcknowledge() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ alert, on }: { alert: AlertItem; on: boolean }) => (on ? acknowledge(alert.id) : unacknowledge(alert.id)),
    onSuccess: (changed) => {
      client.setQueryData<Overview>(["overview"], (before) => before && { ...before, wrong: before.wrong.map((alert) => (alert.id === changed.id ? changed : alert)) });
      return Promise.all(["alerts", "host"].map((key) => client.invalidateQueries({ queryKey: [key] })));
    },
  });
}

function Nothing({ watching, nowMs }: { watching: Overview["watching"]; nowMs: number }) {
  if (watching.lastEvaluationMs === null) return <EmptyState>Nothing known to be wrong, but the {plural(watching.rules, "rule")} have not looked yet.</EmptyState>;
  return (
    <EmptyState>
      Nothing. {plural(watching.rules, "rule")} {watching.rules === 1 ? "has" : "have"} looked {plural(Math.max(1, Math.floor(watching.evaluationsEach)), "time")} each; the last look was {formatDuration(nowMs - watching.lastEvaluationMs)} ago.
    </EmptyState>
  );
}

interface WrongRowProps {
  alert: AlertItem;
  host: HostSummary | undefined;
  nowMs: number;
  atCursor: boolean;
  onPoint: () => void;
  acknowledging: ReturnType<typeof useAcknowledge>;
  may: boolean;
}

function WrongRow({ alert, host, nowMs, atCursor, onPoint, acknowledging, may }: WrongRowProps) {
  return (
    <li className={cx(styles.row, atCursor && styles.cursor)} data-cursor={atCursor || undefined} onPointerDown={onPoint} onFocus={onPoint}>
      <AlertGlyph alert={alert} size={18} />
      <div className={styles.words}>
        <p className={styles.say}><a className="hostName" href={placeOf(alert)}>{alert.host}</a>: {lowerFirst(sentenceOf(alert))}</p>
        <p className={styles.meta}><Meta alert={alert} nowMs={nowMs} /></p>
        <div className={styles.acts}>
          {may && alert.state === "firing" && (
            <Button kind="primary" small hint="a" busy={acknowledging.isPending} onClick={() => acknowledging.mutate({ alert, on: true })}>Acknowledge</Button>
          )}
          {may && alert.state === "acknowledged" && <Button small busy={acknowledging.isPending} onClick={() => acknowledging.mutate({ alert, on: false })}>Take back</Button>}
          <SilenceMenu target={{ host: alert.host, rule: alert.rule }} hint="s" />
          <ButtonLink kind="quiet" small href={placeOf(alert)} hint="↵">Open</ButtonLink>
        </div>
      </div>
      <EvidenceSpark alert={alert} nowMs={nowMs} lastSeenMs={host?.lastSeenMs ?? null} />
    </li>
  );
}

/** The host's name begins the line, so the sentence goes on in lower case unless it starts with a name in capitals. */
function lowerFirst(sentence: string): string {
  const second = sentence.charAt(1);
  return second === second.toLowerCase() && second !== second.toUpperCase() ? sentence.charAt(0).toLowerCase() + sentence.slice(1) : sentence;
}

function Meta({ alert, nowMs }: { alert: AlertItem; nowMs: number }) {
  const told = alert.notified.filter((message) => message.state === "delivered");
  const failed = alert.notified.filter((message) => message.state === "failed");
  const word = isSilence(alert) ? "No data" : alert.severity === "critical" ? "Critical" : "Warning";
  const tone = isSilence(alert) ? "ink2" : alert.severity === "critical" ? "critText" : "warnText";
  const parts = [
    alert.state === "pending"
      ? <b key="state" className="ink2">Not yet{alert.firesAtMs === null ? "" : `: fires ${formatTime(alert.firesAtMs, nowMs)}`}</b>
      : <b key="state" className={tone}>{word}</b>,
    <span key="since" title={timeTooltip(alert.startedMs)}>{formatDuration(nowMs - alert.startedMs)}, since {formatTime(alert.startedMs, nowMs)}</span>,
    told.length === 0 ? null : <span key="told">told {told.map((message) => `${message.channel} ${formatTime(message.timeMs, nowMs)}`).join(", ")}</span>,
    failed.length === 0 ? null : <span key="failed" className="critText">not told: {failed.map((message) => `${message.channel}, ${message.detail ?? "no answer"}`).join("; ")}</span>,
    acknowledgedText(alert, nowMs),
  ].filter((part) => part !== null);
  return parts.map((part, index) => <Fragment key={part.key}>{index > 0 && " · "}{part}</Fragment>);
}

function acknowledgedText(alert: AlertItem, nowMs: number) {
  if (alert.state === "acknowledged" && alert.acknowledgedMs !== null) {
    return <span key="ack">acknowledged by {alert.acknowledgedBy} {formatTime(alert.acknowledgedMs, nowMs)}{alert.note === null ? "" : `: “${alert.note}”`}</span>;
  }
  return alert.state === "firing" ? <b key="ack" className="ink2 strong">nobody has acknowledged</b> : null;
}

/** The last hour of the vital sign the rule looks at. */
function EvidenceSpark({ alert, nowMs, lastSeenMs }: { alert: AlertItem; nowMs: number; lastSeenMs: number | null }) {
  if (alert.vitalKey === null) return <span />;
  return <VitalSpark alert={alert} vitalKey={alert.vitalKey} nowMs={nowMs} lastSeenMs={lastSeenMs} />;
}

function VitalSpark({ alert, vitalKey, nowMs, lastSeenMs }: { alert: AlertItem; vitalKey: string; nowMs: number; lastSeenMs: number | null }) {
  const { vital, per } = splitVitalKey(vitalKey);
  const series = useVitalSeries(alert.host, { key: vitalKey, vital, per }, DEFAULT_RANGE);
  const window = windowAt(DEFAULT_RANGE, nowMs, 190);
  const silent = isSilence(alert);
  return (
    <figure className={styles.spark}>
      <Sparkline
        points={series.points} band={series.band} fromMs={window.fromMs} toMs={window.toMs} height={46}
        state={silent || alert.state === "pending" ? "ok" : alert.severity} sinceMs={alert.startedMs} staleSinceMs={silent ? lastSeenMs ?? alert.startedMs : undefined}
      />
      <figcaption><span>{silent ? "last hour" : alert.rule}</span><b>{silent ? "no data" : formatValue(alert.value, unitOf(alert.unit))}</b></figcaption>
    </figure>
  );
}
