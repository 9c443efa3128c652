import { useQuery } from "@tanstack/react-query";
import { errorText } from "../../api/client";
import { auditQuery, statusQuery } from "../../api/queries";
import type { AuditEntry, Status } from "../../api/types";
import { formatCount, formatDuration, formatValue, plural, significant } from "../../lib/format";
import { setSingleKeys, singleKeysStore } from "../../state/shortcuts";
import { useSession } from "../../state/session";
import { useStore } from "../../state/store";
import { switchTheme, themeStore } from "../../state/theme";
import { showUtc, utcStore } from "../../state/zone";
import { DataTable, type Column } from "../../ui/DataTable";
import { Panel } from "../../ui/Panel";
import { Glyph } from "../../ui/Glyph";
import { Banner, EmptyState, ErrorState, SkeletonRows } from "../../ui/States";
import { Switch } from "../../ui/Switch";
import { TimeText } from "../../ui/TimeText";
import styles from "./Settings.module.css";
import { useAdministratorOnly } from "./UsersPanel";

export function StoragePanel() {
  const { data, error, refetch } = useQuery(statusQuery());
  return (
    <Panel title="Storage and this server" meta={data === undefined ? undefined : `up ${formatDuration(data.uptimeSeconds * 1000)}`}>
      {error !== null && <ErrorState what="Not loaded:" why={errorText(error)} onRetry={() => void refetch()} />}
      {data === undefined ? error === null && <SkeletonRows rows={4} label="Loading the server's figures" /> : <StatusFigures status={data} />}
    </Panel>
  );
}

function StatusFigures({ status }: { status: Status }) {
  const { storage, process } = status;
  const refused = counted(status.rejected);
  const requests = counted(status.refusedRequests);
  return (
    <div className={styles.inside}>
      {!status.writable && <div style={{ marginBottom: 14 }}><Banner icon={<Glyph kind="crit" size={16} decorative />}><b>Nothing can be stored.</b> {status.notWritableReason}</Banner></div>}
      <dl className={styles.kv}>
        <dt>Data folder</dt><dd><code>{status.dataFolder}</code></dd>
        <dt>On disk</dt><dd title={`${storage.bytesOnDisk} bytes`}>{formatValue(storage.bytesOnDisk, "bytes")}, of that journal {formatValue(storage.journalBytes, "bytes")}, {plural(storage.blocks, "block")}{storage.rollupBlocks > 0 && <>, roll-ups {formatValue(storage.rollupBytes, "bytes")}</>}{storage.bytesMax > 0 && <> · the limit is {formatValue(storage.bytesMax, "bytes")}</>}</dd>
        <dt>Oldest raw sample</dt><dd>{storage.oldestRawMs === null ? "none yet" : <TimeText at={storage.oldestRawMs} />}</dd>
        <dt>Series</dt><dd>{formatCount(storage.seriesActive)} active</dd>
        <dt>Samples</dt><dd>{significant(storage.samplesPerSecond)} a second, {formatCount(storage.samplesAppended)} since the start</dd>
        <dt>Last block written</dt><dd>{storage.lastFlushMs === null ? "none yet; the first is written when an hour is complete" : <TimeText at={storage.lastFlushMs} />}{storage.lastFlushError !== null && <span className="warnText"> · the last try failed: {storage.lastFlushError}</span>}</dd>
        {(storage.lastMergeMs !== null || storage.lastMergeError !== null) && <><dt>Last merge into days</dt><dd>{storage.lastMergeMs === null ? "none yet" : <TimeText at={storage.lastMergeMs} />}{storage.lastMergeError !== null && <span className="warnText"> · the last try failed: {storage.lastMergeError}</span>}</dd></>}
        {storage.deletionsPending > 0 && <><dt>Deletions</dt><dd>{plural(storage.deletionsPending, "deletion")} that queries obey already; the files follow at the next merge</dd></>}
        <dt>Refused samples</dt><dd>{refused}</dd>
        <dt>Refused requests</dt><dd>{requests}</dd>
        {storage.hostsLimited.length > 0 && <><dt>Hosts at their limit</dt><dd>{storage.hostsLimited.map((limited) => <p key={limited.host}><b>{limited.host}</b>: new series are refused above {formatCount(limited.seriesMax)} since <TimeText at={limited.sinceMs} />; label <code>{limited.label}</code> has the most values. {formatCount(limited.samplesRefused)} samples refused.</p>)}</dd></>}
        {storage.events.length > 0 && <><dt>Done by itself</dt><dd>{storage.events.map((event) => <p key={event}>{event}</p>)}</dd></>}
        <dt>Damage found</dt><dd>{storage.damage.length === 0 ? "none" : storage.damage.join(" ")}</dd>
        <dt>Processor</dt><dd>{significant(process.cpuRatio * 100, 2)}&nbsp;% of one core</dd>
        <dt>Memory</dt><dd>{formatValue(process.memoryBytes, "bytes")}</dd>
        <dt>Started</dt><dd><TimeText at={status.startedMs} /></dd>
      </dl>
    </div>
  );
}

/** "12 too old, 3 out of order", or that there are none. */
function counted(counts: Readonly<Record<string, number>>): string {
  const found = Object.entries(counts).filter(([, count]) => count > 0).map(([reason, count]) => `${formatCount(count)} ${words(reason)}`);
  return found.length === 0 ? "none since the start" : found.join(", ");
}

/** "tooOld" is read as "too old". */
export function words(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, "$1 $2").replaceAll("_", " ").toLowerCase();
}

const AUDIT_COLUMNS: Column<AuditEntry>[] = [
  { id: "time", header: "When", cell: (entry) => <TimeText at={entry.timeMs} /> },
  { id: "user", header: "Who", cell: (entry) => <b className="strong">{entry.user}</b> },
  { id: "action", header: "Did", cell: (entry) => words(entry.action) },
  { id: "subject", header: "What", cell: (entry) => entry.subject },
  { id: "detail", header: "In detail", desktopOnly: true, cell: (entry) => <span className="ink2">{entry.detail}</span> },
];

export function AuditPanel() {
  const closed = useAdministratorOnly();
  const { data, error, refetch } = useQuery({ ...auditQuery(), enabled: closed === null });
  if (closed !== null) return <Panel title="Audit log"><EmptyState glyph="none">{closed}</EmptyState></Panel>;
  return (
    <Panel title="Audit log" meta="who changed what, the last first">
      {error !== null && <ErrorState what="Not loaded:" why={errorText(error)} onRetry={() => void refetch()} />}
      {data === undefined ? error === null && <SkeletonRows rows={3} label="Loading the audit log" />
        : data.length === 0 ? <EmptyState>Nothing has been changed yet.</EmptyState>
          : <DataTable label="Audit log" columns={AUDIT_COLUMNS} rows={data} rowKey={(entry) => `${entry.timeMs} ${entry.user} ${entry.action} ${entry.subject}`} />}
    </Panel>
  );
}

export function BrowserPanel() {
  const single = useStore(singleKeysStore);
  const utc = useStore(utcStore);
  const theme = useStore(themeStore);
  return (
    <Panel title="This browser" meta="kept here, for nobody else">
      <div className={styles.inside}>
        <div className={styles.toggle}>
          <div>Single-key shortcuts<p className="meta">j, k, a, s and the like. Off, only those with Ctrl work; press ? for the list.</p></div>
          <Switch label="Single-key shortcuts" checked={single} onChange={setSingleKeys} word />
        </div>
        <div className={styles.toggle}>
          <div>Times in UTC<p className="meta">Else in the zone of this browser. The key u switches, too.</p></div>
          <Switch label="Times in UTC" checked={utc} onChange={showUtc} word />
        </div>
        <div className={styles.toggle}>
          <div>Dark<p className="meta">Follows the system until you choose.</p></div>
          <Switch label="Dark" checked={theme === "dark"} onChange={switchTheme} word />
        </div>
      </div>
    </Panel>
  );
}

const PARTS: readonly [string, string, string][] = [
  ["React", "MIT", "https://react.dev"], ["TanStack Query", "MIT", "https://tanstack.com/query"], ["D3", "ISC", "https://d3js.org"], ["Lucide icons", "ISC", "https://lucide.dev"],
  ["IBM Plex", "OFL 1.1", "https://github.com/IBM/plex"], [".NET", "MIT", "https://dotnet.microsoft.com"], ["SQLite", "public domain", "https://sqlite.org"], ["MailKit", "MIT", "https://github.com/jstedfast/MailKit"],
];

export function AboutPanel() {
  const { version, serverHost, listen, auth, loopbackOnly } = useSession();
  return (
    <Panel title="About">
      <div className={styles.inside}>
        <dl className={styles.kv}>
          <dt>Presage</dt><dd>{version}, Apache License 2.0</dd>
          <dt>Runs on</dt><dd>{serverHost}, listens on <code>{listen}</code>{loopbackOnly && ", reachable from that machine only"}</dd>
          <dt>Sign-in</dt><dd>{auth === "none" ? "none: whoever reaches the address may change everything" : "name and password"}</dd>
          <dt>API</dt><dd><a className="link" href="/api/docs">Reference</a> · <a className="link" href="/api/openapi.json">OpenAPI document</a> · <a className="link" href="/metrics" target="_blank" rel="noreferrer">own metrics</a></dd>
        </dl>
        <h3 className="small strong" style={{ margin: "16px 0 6px" }}>Made with</h3>
        <ul className={styles.licences}>
          {PARTS.map(([name, licence, href]) => <li key={name}><a className="link" href={href} target="_blank" rel="noreferrer">{name}</a> <span className="ink3">{licence}</span></li>)}
        </ul>
      </div>
    </Panel>
  );
}
