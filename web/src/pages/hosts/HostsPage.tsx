import { useQuery } from "@tanstack/react-query";
import { Filter } from "lucide-react";
import { useMemo } from "react";
import { errorText } from "../../api/client";
import { hostsQuery } from "../../api/queries";
import type { HostSummary } from "../../api/types";
import { formatDuration, plural } from "../../lib/format";
import { byName, fits, withLive } from "../../lib/fleet";
import { timeTooltip } from "../../lib/time";
import { links } from "../../routes/links";
import { navigate, useParams } from "../../routes/router";
import { liveHostsStore, serverNow } from "../../state/live";
import { useStore } from "../../state/store";
import { ButtonLink } from "../../ui/Button";
import { Chip } from "../../ui/Chip";
import { DataTable, type Column } from "../../ui/DataTable";
import { TextField } from "../../ui/Field";
import { Glyph, HOST_RANK, hostGlyph, hostWord } from "../../ui/Glyph";
import { Panel } from "../../ui/Panel";
import { EmptyState, ErrorState, SkeletonRows } from "../../ui/States";
import { useNow } from "../../ui/TimeText";
import { useCursor } from "../../ui/useCursor";
import { Page } from "../frame/Page";
import styles from "./Hosts.module.css";

type Sort = "state" | "name" | "seen";

const ORDERS: Record<Sort, (a: HostSummary, b: HostSummary) => number> = {
  state: (a, b) => HOST_RANK[a.state] - HOST_RANK[b.state] || b.unusual - a.unusual || byName(a, b),
  name: byName,
  seen: (a, b) => a.lastSeenMs - b.lastSeenMs || byName(a, b),
};

/** Rows drawn at once; more come with a click, so that ten thousand hosts do not freeze the page. */
const PAGE_ROWS = 200;

export function HostsPage() {
  const { data, error, refetch } = useQuery(hostsQuery());
  const live = useStore(liveHostsStore);
  useNow();
  const hosts = useMemo(() => withLive(data ?? [], live), [data, live]);
  const trouble = hosts.filter((host) => host.state === "critical" || host.state === "warning" || host.state === "silent").length;
  return (
    <Page name="Hosts">
      <div className={styles.head}>
        <h1 className="title">{data === undefined ? "Hosts" : titleOf(hosts.length, trouble)}</h1>
        <ButtonLink href={links.addServer()}>Add a server</ButtonLink>
      </div>
      {data === undefined && error !== null && <ErrorState what="The hosts could not be read." why={errorText(error)} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Panel title="All hosts"><SkeletonRows rows={8} /></Panel>}
      {data !== undefined && <HostTable hosts={hosts} nowMs={serverNow()} />}
    </Page>
  );
}

function titleOf(count: number, trouble: number) {
  if (count === 0) return <>No host yet. <span>Add the first server.</span></>;
  return trouble === 0 ? <>{plural(count, "host")}. <span>None needs you.</span></> : <>{plural(trouble, "host needs", "hosts need")} you. <span>{plural(count, "host")} in all.</span></>;
}

function HostTable({ hosts, nowMs }: { hosts: readonly HostSummary[]; nowMs: number }) {
  const [params, setParams] = useParams();
  const filter = params.get("filter") ?? "";
  const wanted = params.get("sort");
  const sort: Sort = wanted === "name" || wanted === "seen" ? wanted : "state";
  const limit = Math.max(PAGE_ROWS, Number(params.get("rows")) || 0);
  const found = useMemo(() => hosts.filter((host) => fits(host, filter)).sort(ORDERS[sort]), [hosts, filter, sort]);
  const rows = found.slice(0, limit);
  const [cursor] = useCursor(rows.length, (index) => {
    const host = rows[index];
    if (host !== undefined) navigate(links.host(host.host));
  });
  const by = (name: Sort) => ({ sort: sort === name ? "ascending" as const : null, onSort: () => setParams({ sort: name === "state" ? null : name }, { replace: true }) });
  const columns: Column<HostSummary>[] = [
    { id: "host", header: "Host", lead: true, ...by("name"), cell: (host) => <span className={styles.name}><Glyph kind={hostGlyph(host.state)} /><a className="hostName" href={links.host(host.host)}>{host.host}</a></span> },
    { id: "state", header: "State", ...by("state"), cell: (host) => <StateText host={host} nowMs={nowMs} /> },
    { id: "labels", header: "Labels", desktopOnly: true, cell: (host) => <span className={styles.labels}>{Object.entries(host.labels).map(([name, value]) => <Chip key={name}>{name} <b>{value}</b></Chip>)}</span> },
    { id: "system", header: "System", desktopOnly: true, cell: (host) => <span className="ink2">{host.system ?? "–"}</span> },
    { id: "agent", header: "Agent", desktopOnly: true, cell: (host) => <span className="ink2">{sourceText(host)}</span> },
    { id: "seen", header: "Last sample", align: "right", ...by("seen"), cell: (host) => <span className="ink2 nowrap" title={timeTooltip(host.lastSeenMs)}>{formatDuration(nowMs - host.lastSeenMs)} ago</span> },
  ];
  return (
    <Panel
      title="All hosts" meta={filter === "" ? String(hosts.length) : `${found.length} of ${hosts.length}`}
      actions={
        <div className={styles.filter}>
          <TextField
            label="Filter hosts" hideLabel type="search" icon={<Filter size={15} aria-hidden="true" />} placeholder="name, site=fra, state=silent" trailing={<kbd>/</kbd>}
            value={filter} onChange={(text) => setParams({ filter: text }, { replace: true })}
          />
        </div>
      }
      {...(found.length > rows.length ? { footer: <button type="button" className="link" onClick={() => setParams({ rows: String(limit + 1000) }, { replace: true })}>Show {Math.min(1000, found.length - rows.length)} more of {found.length}</button> } : {})}
    >
      {hosts.length === 0 && <EmptyState glyph="none" action={<ButtonLink kind="primary" href={links.addServer()}>Add a server</ButtonLink>}>Nothing has arrived yet from any server.</EmptyState>}
      {hosts.length > 0 && found.length === 0 && <EmptyState glyph="none">No host fits “{filter}”. <button type="button" className="link" onClick={() => setParams({ filter: null })}>Show all {hosts.length}</button></EmptyState>}
      {rows.length > 0 && <DataTable label="Hosts" columns={columns} rows={rows} rowKey={(host) => host.host} cursor={cursor} onRowClick={(host) => navigate(links.host(host.host))} />}
    </Panel>
  );
}

function StateText({ host, nowMs }: { host: HostSummary; nowMs: number }) {
  const tone = host.state === "critical" ? "critText" : host.state === "warning" ? "warnText" : "ink2";
  const word = host.state === "imported" ? "Imported, nothing sent yet" : host.state === "silent" ? `Silent for ${formatDuration(nowMs - host.lastSeenMs)}` : host.state === "ok" && host.unusual > 1 ? "As usual, but odd" : hostWord(host.state);
  return <span><span className={tone}>{word}</span>{host.alerts > 0 && <span className="ink3">, {plural(host.alerts, "alert")}</span>}{host.sentence !== null && <><br /><span className="meta">{host.sentence}</span></>}</span>;
}

function sourceText(host: HostSummary): string {
  if (host.source === "local") return "this server";
  if (host.agentVersion !== null) return host.agentVersion;
  return host.source === "prometheus" ? "Prometheus" : host.source === "imported" ? "import" : "–";
}
