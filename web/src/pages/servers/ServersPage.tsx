import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Filter, Plus } from "lucide-react";
import { useMemo, useState } from "react";
import { errorText } from "../../api/client";
import { forgetHost } from "../../api/endpoints";
import { serversQuery } from "../../api/queries";
import type { Server } from "../../api/types";
import { byName } from "../../lib/fleet";
import { formatDuration, plural, significant } from "../../lib/format";
import { timeTooltip } from "../../lib/time";
import { links } from "../../routes/links";
import { navigate, useParams } from "../../routes/router";
import { liveHostsStore, liveStore } from "../../state/live";
import { useMay } from "../../state/session";
import { useStore } from "../../state/store";
import { Button } from "../../ui/Button";
import { DataTable, type Column } from "../../ui/DataTable";
import { Dialog } from "../../ui/Dialog";
import { TextField } from "../../ui/Field";
import { Glyph, hostGlyph, hostWord } from "../../ui/Glyph";
import { EmptyState, ErrorState, SkeletonRows } from "../../ui/States";
import { useNow } from "../../ui/TimeText";
import { useCursor } from "../../ui/useCursor";
import { Page } from "../frame/Page";
import { AddServerDialog } from "./AddServerDialog";
import styles from "./Servers.module.css";

/** What is monitored, how it sends, and how to add more. */
export function ServersPage() {
  const [params, change] = useParams();
  const { data, error, refetch } = useQuery(serversQuery());
  const mayAdd = useMay("operator");
  const offBecause = mayAdd ? null : "Your role, viewer, may look. Operators add and forget servers.";
  const servers = useLiveServers(data?.servers);
  const adding = params.get("add");
  return (
    <Page name="Servers">
      <div className={styles.head}>
        <h1 className="title">{headline(servers)}</h1>
        <Button kind="primary" icon={<Plus size={16} aria-hidden="true" />} offBecause={offBecause} onClick={() => change({ add: "linux" })}>Add a server</Button>
      </div>
      {error !== null && <ErrorState what="Not loaded:" why={errorText(error)} onRetry={() => void refetch()} />}
      {servers === undefined ? error === null && <div className={styles.table}><SkeletonRows rows={4} label="Loading servers" /></div>
        : <List servers={servers} offBecause={offBecause} />}
      {adding !== null && mayAdd && <AddServerDialog tab={adding === "prometheus" ? "prometheus" : "linux"} onClose={() => change({ add: null })} />}
    </Page>
  );
}

/** The list with state and last sample as the live connection says them. */
function useLiveServers(servers: readonly Server[] | undefined): Server[] | undefined {
  const live = useStore(liveHostsStore);
  return useMemo(() => servers?.map((server) => {
    const now = live.get(server.host);
    return now === undefined ? server : { ...server, state: now.state, lastSeenMs: Math.max(server.lastSeenMs, now.lastSeenMs) };
  }), [servers, live]);
}

function headline(servers: readonly Server[] | undefined): React.ReactNode {
  if (servers === undefined) return "Servers";
  if (servers.length === 0) return <>No server sends yet. <span>Add the first one.</span></>;
  const versions = [...new Set(servers.flatMap((server) => (server.agentVersion === null ? [] : [server.agentVersion])))];
  const count = (state: Server["state"], word: string) => {
    const found = servers.filter((server) => server.state === state).length;
    return found === 0 ? "" : `${found} ${word}`;
  };
  const rest = [versions.length === 1 ? `on agent ${versions[0] ?? ""}` : versions.length > 1 ? `on ${versions.length} versions of the agent` : "", count("silent", "silent"), count("learning", "learning"), count("imported", "imported")];
  return <>{plural(servers.length, "server")} <span>{rest.filter((part) => part !== "").join(", ")}</span></>;
}

const SOURCES: Record<Server["source"], string> = { local: "this machine", agent: "agent", prometheus: "Prometheus", other: "other", imported: "imported, nothing sent yet" };

/** Rows drawn at once; more come with a click, so that ten thousand servers do not freeze the page. */
const PAGE_ROWS = 200;

function List({ servers, offBecause }: { servers: readonly Server[]; offBecause: string | null }) {
  const [params, change] = useParams();
  const [forgetting, setForgetting] = useState<Server | null>(null);
  const filter = params.get("q") ?? "";
  const wanted = filter.trim().toLowerCase();
  const found = useMemo(() => servers
    .filter((server) => [server.host, server.system ?? "", server.token ?? "", hostWord(server.state), ...Object.values(server.labels)].some((text) => text.toLowerCase().includes(wanted)))
    .sort((a, b) => Number(b.state === "silent") - Number(a.state === "silent") || byName(a, b)), [servers, wanted]);
  const limit = Math.max(PAGE_ROWS, Number(params.get("rows")) || 0);
  const shown = found.slice(0, limit);
  const [cursor] = useCursor(shown.length, (index) => { const server = shown[index]; if (server !== undefined) navigate(links.host(server.host)); });
  return (
    <>
      {servers.length > 8 && (
        <div className={styles.filter}>
          <TextField label="Filter servers" hideLabel type="search" placeholder="host, system, state or token" value={filter} icon={<Filter size={15} aria-hidden="true" />}
            trailing={<kbd aria-hidden="true">/</kbd>} onChange={(text) => change({ q: text }, { replace: true })} />
        </div>
      )}
      <div className={styles.table}>
        {shown.length === 0
          ? <EmptyState glyph="none">{filter === "" ? "No samples have arrived from any server. “Add a server” gives the line to run." : "No server matches the filter."}</EmptyState>
          : <DataTable label="Servers" columns={columnsFor(offBecause, setForgetting)} rows={shown} rowKey={(server) => server.host} cursor={cursor} />}
        {found.length > shown.length && <p className={styles.more}><button type="button" className="link" onClick={() => change({ rows: String(limit + 1000) }, { replace: true })}>Show {Math.min(1000, found.length - shown.length)} more of {found.length}</button></p>}
      </div>
      {forgetting !== null && <ForgetDialog server={forgetting} onClose={() => setForgetting(null)} />}
    </>
  );
}

function columnsFor(offBecause: string | null, onForget: (server: Server) => void): Column<Server>[] {
  return [
    { id: "host", header: "Host", lead: true, cell: (server) => <span className={styles.state}><Glyph kind={hostGlyph(server.state)} size={14} decorative /><a className="hostName" href={links.host(server.host)}>{server.host}</a></span> },
    { id: "system", header: "System", cell: (server) => <span className="ink2">{server.system ?? "not reported"}</span> },
    { id: "agent", header: "Agent", desktopOnly: true, cell: (server) => server.agentVersion ?? <span className="ink3">none</span> },
    { id: "state", header: "State", cell: (server) => <span className="ink2" title={server.sentence ?? undefined}>{hostWord(server.state)}</span> },
    { id: "source", header: "Sends by", desktopOnly: true, cell: (server) => <span className="ink2">{SOURCES[server.source]}{server.token !== null && <span className="meta"> · {server.token}</span>}</span> },
    { id: "rate", header: "Samples/s", align: "right", desktopOnly: true, cell: (server) => significant(server.samplesPerSecond) },
    { id: "seen", header: "Last sample", align: "right", cell: (server) => <Seen atMs={server.lastSeenMs} /> },
    { id: "act", header: "", align: "right", cell: (server) => ((server.state === "silent" || server.state === "imported") && server.source !== "local" ? <Button small offBecause={offBecause} onClick={() => onForget(server)}>{`Forget ${server.host}`}</Button> : null) },
  ];
}

/** "0.4 s ago", by the server's clock. */
function Seen({ atMs }: { atMs: number }) {
  const now = useNow() + liveStore.get().skewMs;
  return <time className="nowrap" dateTime={new Date(atMs).toISOString()} title={timeTooltip(atMs)}>{formatDuration(Math.max(0, now - atMs))} ago</time>;
}

function ForgetDialog({ server, onClose }: { server: Server; onClose: () => void }) {
  const client = useQueryClient();
  const forget = useMutation({
    mutationFn: () => forgetHost(server.host),
    onSuccess: async () => {
      await Promise.all(["servers", "hosts", "overview"].map((key) => client.invalidateQueries({ queryKey: [key] })));
      onClose();
    },
  });
  const action = `Forget ${server.host}`;
  return (
    <Dialog narrow title={`${action}?`} onClose={onClose}
      footer={<><Button onClick={onClose}>Keep it</Button><Button kind="primary" busy={forget.isPending} onClick={() => forget.mutate()}>{action}</Button></>}>
      <p className="ink2">It leaves every list, and its silence alerts nobody any more. Its stored samples expire with the retention time. If it sends again, it is back by itself.</p>
      {forget.error !== null && <ErrorState what="Not forgotten:" why={errorText(forget.error)} />}
    </Dialog>
  );
}
