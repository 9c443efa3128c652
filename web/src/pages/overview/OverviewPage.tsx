import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { errorText } from "../../api/client";
import { hostQuery, overviewQuery } from "../../api/queries";
import type { HostSummary, Overview } from "../../api/types";
import { formatCount, formatValue } from "../../lib/format";
import { withLive } from "../../lib/fleet";
import { titleOf } from "../../lib/overview";
import { links } from "../../routes/links";
import { liveHostsStore, liveStore, serverNow, watchHost } from "../../state/live";
import { useStore } from "../../state/store";
import { DEFAULT_RANGE, windowAt } from "../../state/timeRange";
import { useSparks } from "../../state/vitalSeries";
import { ErrorState, Skeleton } from "../../ui/States";
import { useNow } from "../../ui/TimeText";
import { Page } from "../frame/Page";
import { rangeKnownInMs } from "../host/learning";
import { VitalTiles } from "../host/VitalTiles";
import { AddServerPanel } from "./AddServerPanel";
import { FleetMap } from "./FleetMap";
import { LearningPanel } from "./LearningPanel";
import styles from "./Overview.module.css";
import { WrongNow } from "./WrongNow";

/** What is wrong now, and how is everything else. */
export function OverviewPage() {
  const { data, error, refetch } = useQuery(overviewQuery());
  return (
    <Page name="Overview" clock>
      {data !== undefined
        ? <OverviewView overview={data} />
        : error !== null ? <ErrorState what="The overview could not be read." why={errorText(error)} onRetry={() => void refetch()} /> : <Loading />}
    </Page>
  );
}

function Loading() {
  return <div className={styles.loading}><Skeleton height={30} /><Skeleton height={280} /><Skeleton height={300} /></div>;
}

/** States as the live connection says them, over those of the last full answer. */
function useLiveHosts(hosts: readonly HostSummary[]): HostSummary[] {
  const live = useStore(liveHostsStore);
  return useMemo(() => withLive(hosts, live), [hosts, live]);
}

function OverviewView({ overview }: { overview: Overview }) {
  useNow();
  const hosts = useLiveHosts(overview.hosts);
  const live = useStore(liveStore);
  const nowMs = serverNow();
  const only = hosts.length === 1 ? hosts[0] : undefined;
  const title = titleOf(overview, hosts, nowMs);
  // What is wrong comes first; that nothing is wrong may stand below a single machine's own signs.
  const wrong = overview.wrong.length > 0 || only === undefined;
  return (
    <>
      <div className={styles.head}>
        <h1 className="title">{title.main} <span>{title.rest}</span></h1>
        <Totals overview={overview} samples={live.samplesPerSecond} series={live.seriesActive} />
      </div>
      {hosts.length === 0 && <div className={styles.single}><AddServerPanel first /></div>}
      {hosts.length > 0 && wrong && <WrongNow overview={overview} hosts={hosts} nowMs={nowMs} />}
      {only !== undefined && <OnlyHost summary={only} overview={overview} nowMs={nowMs} />}
      {hosts.length > 0 && !wrong && <WrongNow overview={overview} hosts={hosts} nowMs={nowMs} />}
      {hosts.length > 1 && <FleetMap hosts={hosts} nowMs={nowMs} />}
    </>
  );
}

function Totals({ overview, samples, series }: { overview: Overview; samples: number | null; series: number | null }) {
  const { totals } = overview;
  const one = totals.hosts === 1;
  const all: [string, string][] = [
    [formatValue(samples ?? totals.samplesPerSecond, "1/s"), "samples"],
    [formatCount(series ?? totals.seriesActive), "series"],
    ...(one ? [] : [
      [formatValue(totals.cpuUse, "ratio"), "CPU"], [formatValue(totals.memoryUse, "ratio"), "memory"], [formatValue(totals.filesystemUse, "ratio"), "disk space"],
    ] satisfies [string, string][]),
  ];
  return (
    <dl className={styles.totals}>
      {all.map(([value, name]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
    </dl>
  );
}

/** A single machine shows itself: what is being learned, the next server, its vital signs. */
function OnlyHost({ summary, overview, nowMs }: { summary: HostSummary; overview: Overview; nowMs: number }) {
  const { data } = useQuery(hostQuery(summary.host));
  useEffect(() => watchHost(summary.host), [summary.host]);
  const sparkOf = useSparks(summary.host, DEFAULT_RANGE);
  if (data === undefined) return <div className={styles.loading}><Skeleton height={220} /><Skeleton height={150} /></div>;
  const silent = summary.state === "silent" || summary.state === "imported" ? summary.lastSeenMs : null;
  return (
    <>
      <div className={styles.two}>
        <LearningPanel detail={data} rules={overview.watching.rules} nowMs={nowMs} />
        <AddServerPanel first={false} />
      </div>
      <div className={styles.hostLine}>
        <h2><a className="hostName" href={links.host(summary.host)}>{summary.host}</a></h2>
        <span className="meta">{[summary.source === "local" ? "this machine" : null, "last hour", data.facts.os ?? summary.system, `${formatCount(data.metricCount)} metrics`].filter(Boolean).join(" · ")}</span>
      </div>
      <VitalTiles
        host={summary.host} vitals={data.vitals} sparkOf={sparkOf} window={windowAt(DEFAULT_RANGE, nowMs)} nowMs={nowMs}
        knownInMs={rangeKnownInMs(data.learning)} staleSinceMs={silent}
      />
    </>
  );
}
