import { useQuery } from "@tanstack/react-query";
import { errorText } from "../../api/client";
import { alertsQuery } from "../../api/queries";
import type { AlertItem } from "../../api/types";
import { formatDuration, formatValue, unitOf } from "../../lib/format";
import { formatTime, timeTooltip } from "../../lib/time";
import { links } from "../../routes/links";
import { DataTable, type Column } from "../../ui/DataTable";
import { Panel } from "../../ui/Panel";
import { EmptyState, ErrorState, SkeletonRows } from "../../ui/States";
import { AlertGlyph } from "../overview/AlertGlyph";

export function AlertsTab({ host, nowMs }: { host: string; nowMs: number }) {
  return (
    <div style={{ display: "grid", gap: 20 }}>
      <AlertPanel title="Open" state="open" host={host} nowMs={nowMs} nothing="Nothing fires on this host and nothing is about to." />
      <AlertPanel title="Ended" state="history" host={host} nowMs={nowMs} nothing="No alert has ended on this host yet." />
    </div>
  );
}

interface AlertPanelProps { title: string; state: "open" | "history"; host: string; nowMs: number; nothing: string }

function AlertPanel({ title, state, host, nowMs, nothing }: AlertPanelProps) {
  const { data, error, refetch } = useQuery(alertsQuery({ state, host, limit: 100 }));
  const columns: Column<AlertItem>[] = [
    { id: "what", header: "What", lead: true, cell: (alert) => <span style={{ display: "flex", gap: 10 }}><AlertGlyph alert={alert} /><span>{alert.sentence}<br /><span className="meta">{alert.rule}</span></span></span> },
    { id: "value", header: "Value", align: "right", cell: (alert) => <b className="strong">{formatValue(alert.value, unitOf(alert.unit))}</b> },
    { id: "since", header: "Began", cell: (alert) => <span title={timeTooltip(alert.startedMs)}>{formatTime(alert.startedMs, nowMs)}</span> },
    { id: "long", header: "Lasts", align: "right", cell: (alert) => formatDuration((alert.resolvedMs ?? nowMs) - alert.startedMs) },
    { id: "who", header: "Acknowledged", desktopOnly: true, cell: (alert) => <span className="ink2">{alert.acknowledgedBy ?? (alert.resolvedMs === null ? "nobody yet" : "–")}</span> },
    { id: "open", header: "", align: "right", cell: (alert) => <a className="link" href={links.alert(alert.id)}>Open</a> },
  ];
  const items = data?.items ?? [];
  return (
    <Panel title={title} meta={data === undefined ? undefined : String(items.length)}>
      {error !== null && data === undefined && <ErrorState what="The alerts could not be read." why={errorText(error)} onRetry={() => void refetch()} />}
      {error === null && data === undefined && <SkeletonRows rows={2} />}
      {data !== undefined && items.length === 0 && <EmptyState>{nothing}</EmptyState>}
      {items.length > 0 && <DataTable label={`${title} alerts`} columns={columns} rows={items} rowKey={(alert) => String(alert.id)} />}
    </Panel>
  );
}
