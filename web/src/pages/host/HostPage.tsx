import { Check } from "lucide-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { ApiError, errorText } from "../../api/client";
import { hostQuery } from "../../api/queries";
import type { HostDetail } from "../../api/types";
import { formatCapacity, formatCount, formatDuration } from "../../lib/format";
import { formatTime, timeTooltip } from "../../lib/time";
import { links, type HostTab } from "../../routes/links";
import { useParams, withParams } from "../../routes/router";
import { liveHostsStore, liveStore, serverNow, watchHost } from "../../state/live";
import { useSelected, useStore } from "../../state/store";
import { windowAt } from "../../state/timeRange";
import { useSparks } from "../../state/vitalSeries";
import { Chip } from "../../ui/Chip";
import { Glyph, hostGlyph, hostWord } from "../../ui/Glyph";
import { ErrorState, Skeleton } from "../../ui/States";
import { Tabs } from "../../ui/Tabs";
import { useNow } from "../../ui/TimeText";
import { Page } from "../frame/Page";
import { useTimeRange } from "../frame/RangePicker";
import { SilenceMenu } from "../overview/SilenceMenu";
import { AlertsTab } from "./AlertsTab";
import { FactsTab } from "./FactsTab";
import styles from "./Host.module.css";
import { learnedText, rangeKnownInMs } from "./learning";
import { MetricsTab } from "./MetricsTab";
import { NowTab } from "./NowTab";
import { ProcessesTab } from "./ProcessesTab";
import { VitalTiles } from "./VitalTiles";

const TABS: readonly HostTab[] = ["now", "metrics", "processes", "alerts", "facts"];
/** A host that reports every second is called late after this long; a slower one after its own rhythm, which the server knows. */
const LATE_MS = 15_000;

export function HostPage({ host = "" }: { host?: string }) {
  const { data, error, refetch } = useQuery(hostQuery(host));
  useEffect(() => watchHost(host), [host]);
  return (
    <Page name={host} above={[{ label: "Hosts", href: links.hosts() }]} ranged>
      {data !== undefined
        ? <HostView detail={data} />
        : error !== null ? <Failed host={host} error={error} retry={() => void refetch()} /> : <Loading host={host} />}
    </Page>
  );
}

function Loading({ host }: { host: string }) {
  return (
    <>
      <h1 className="title">{host}</h1>
      <div className={styles.placeholders}><Skeleton height={20} /><Skeleton height={146} /><Skeleton height={420} /></div>
    </>
  );
}

function Failed({ host, error, retry }: { host: string; error: Error; retry: () => void }) {
  if (error instanceof ApiError && error.status === 404) {
    return (
      <>
        <h1 className="title">No host is called {host}. <span>Nothing has arrived from it.</span></h1>
        <p className="ink2"><a className="link" href={links.hosts()}>All hosts</a> · <a className="link" href={links.addServer()}>Add a server</a></p>
      </>
    );
  }
  return <><h1 className="title">{host}</h1><ErrorState what="The host could not be read." why={errorText(error)} onRetry={retry} /></>;
}

function HostView({ detail }: { detail: HostDetail }) {
  const { host } = detail.summary;
  const [params] = useParams();
  const [range] = useTimeRange();
  useNow();
  const live = useStore(liveStore);
  const liveState = useSelected(liveHostsStore, (hosts) => hosts.get(host));
  const nowMs = serverNow();
  const window = windowAt(range, nowMs);
  const sparkOf = useSparks(host, range);
  const state = liveState?.state ?? detail.summary.state;
  const lastSeenMs = Math.max(detail.summary.lastSeenMs, liveState?.lastSeenMs ?? 0);
  const lost = live.status === "lost" && nowMs - lastSeenMs > 5000;
  const staleSinceMs = state === "silent" || state === "imported" || (lost && nowMs - lastSeenMs > LATE_MS) ? lastSeenMs : null;
  const tab = TABS.find((known) => known === params.get("tab")) ?? "now";
  const shared = { detail, range, window, nowMs, staleSinceMs, sparkOf };
  return (
    <>
      <Header detail={detail} state={state} nowMs={nowMs} lastSeenMs={lastSeenMs} />
      <VitalTiles host={host} vitals={detail.vitals} sparkOf={sparkOf} window={window} knownInMs={rangeKnownInMs(detail.learning)} staleSinceMs={staleSinceMs} nowMs={nowMs} />
      <Tabs label={`About ${host}`} current={tab} tabs={tabsOf(detail)} />
      <div className={styles.tabBody}>
        {tab === "now" && <NowTab {...shared} />}
        {tab === "metrics" && <MetricsTab {...shared} />}
        {tab === "processes" && <ProcessesTab detail={detail} />}
        {tab === "alerts" && <AlertsTab host={host} nowMs={nowMs} />}
        {tab === "facts" && <FactsTab detail={detail} nowMs={nowMs} />}
      </div>
    </>
  );
}

/** Tabs keep the time range and drop what belongs to one tab. */
function tabsOf(detail: HostDetail) {
  const href = (tab: HostTab) => location.pathname + withParams(location.search, { tab: tab === "now" ? null : tab, show: null, metric: null, q: null, sort: null });
  const open = detail.alerts.filter((alert) => alert.state !== "resolved").length;
  return [
    { id: "now", label: "Now", href: href("now") },
    { id: "metrics", label: "Metrics", count: formatCount(detail.metricCount), href: href("metrics") },
    { id: "processes", label: "Processes", href: href("processes") },
    { id: "alerts", label: "Alerts", ...(open > 0 ? { count: String(open) } : {}), href: href("alerts") },
    { id: "facts", label: "Facts", href: href("facts") },
  ];
}

interface HeaderProps { detail: HostDetail; state: HostDetail["summary"]["state"]; nowMs: number; lastSeenMs: number }

function Header({ detail, state, nowMs, lastSeenMs }: HeaderProps) {
  const { summary, facts, learning } = detail;
  const firing = detail.alerts.filter((alert) => alert.state === "firing" || alert.state === "acknowledged").sort((a, b) => a.startedMs - b.startedMs)[0];
  const learned = learnedText(learning, nowMs);
  const hardware = [facts.cores === null ? null : `${facts.cores}\u00a0${facts.cores === 1 ? "core" : "cores"}`, facts.memoryBytes === null ? null : formatCapacity(facts.memoryBytes)];
  return (
    <div className={styles.header}>
      <div className={styles.nameLine}>
        <Glyph kind={hostGlyph(state)} size={22} />
        <h1 className="title">{summary.host}</h1>
        {(state === "critical" || state === "warning") && (
          <Chip tone={state === "critical" ? "crit" : "warn"}><b>{hostWord(state)}</b>{firing !== undefined && <> since {formatTime(firing.startedMs, nowMs)}</>}</Chip>
        )}
        {state === "imported" && <Chip tone="line">imported up to {formatTime(lastSeenMs, nowMs)}, nothing sent yet</Chip>}
        {state === "silent" && <Chip tone="line">silent for {formatDuration(nowMs - lastSeenMs)}</Chip>}
        {Object.entries(summary.labels).map(([name, value]) => <Chip key={name}>{name} <b>{value}</b></Chip>)}
        <span className="grow" />
        <SilenceMenu target={{ host: summary.host, rule: null }} small={false} />
      </div>
      <div className={styles.facts}>
        {(facts.os ?? summary.system) !== null && <span><b>{facts.os ?? summary.system}</b>{facts.kernel !== null && `, ${facts.kernel}`}</span>}
        {hardware.some(Boolean) && <span><b>{hardware.filter(Boolean).join(" · ")}</b></span>}
        {facts.bootTimeMs !== null && <span title={timeTooltip(facts.bootTimeMs)}>up <b>{formatDuration(nowMs - facts.bootTimeMs)}</b></span>}
        {facts.agentVersion !== null && <span>agent <b>{facts.agentVersion}</b></span>}
        <span title={timeTooltip(lastSeenMs)}>last sample <b>{formatDuration(nowMs - lastSeenMs)}</b> ago</span>
        <span className={styles.learned}>{learned.glyph === null ? <Check size={13} aria-hidden="true" /> : <Glyph kind="learn" size={13} decorative />}{learned.text}</span>
      </div>
    </div>
  );
}
