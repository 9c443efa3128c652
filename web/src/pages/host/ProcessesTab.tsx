import type { HostDetail, ProcessUsage } from "../../api/types";
import { formatValue, fullValue } from "../../lib/format";
import { useParams } from "../../routes/router";
import { DataTable, type Column } from "../../ui/DataTable";
import { Panel } from "../../ui/Panel";
import { EmptyState } from "../../ui/States";

type Sort = "cpu" | "memory" | "name";

const ORDERS: Record<Sort, (a: ProcessUsage, b: ProcessUsage) => number> = {
  cpu: (a, b) => b.cpuRatio - a.cpuRatio, memory: (a, b) => b.memoryBytes - a.memoryBytes, name: (a, b) => a.name.localeCompare(b.name),
};

/** The busiest processes as the host's collector names them, changing in place. */
export function ProcessesTab({ detail }: { detail: HostDetail }) {
  const [params, setParams] = useParams();
  const wanted = params.get("sort");
  const sort: Sort = wanted === "memory" || wanted === "name" ? wanted : "cpu";
  const by = (name: Sort) => ({
    sort: sort === name ? (name === "name" ? "ascending" as const : "descending" as const) : null,
    onSort: () => setParams({ sort: name === "cpu" ? null : name }, { replace: true }),
  });
  const columns: Column<ProcessUsage>[] = [
    { id: "name", header: "Process", lead: true, ...by("name"), cell: (row) => <b className="strong">{row.name}</b> },
    { id: "who", header: "User", desktopOnly: true, cell: (row) => <span className="ink2">{row.user ?? "–"}</span> },
    { id: "pid", header: "Process ID", align: "right", desktopOnly: true, cell: (row) => <span className="ink2">{row.pid ?? `${row.count} processes`}</span> },
    { id: "cpu", header: "CPU, of all cores", align: "right", ...by("cpu"), cell: (row) => <span title={fullValue(row.cpuRatio, "ratio")}>{formatValue(row.cpuRatio, "ratio")}</span> },
    { id: "memory", header: "Memory", align: "right", ...by("memory"), cell: (row) => <span title={fullValue(row.memoryBytes, "bytes")}>{formatValue(row.memoryBytes, "bytes")}</span> },
  ];
  const rows = [...detail.processes].sort(ORDERS[sort]);
  return (
    <Panel title="Processes" meta={rows.length === 0 ? undefined : "the busiest by CPU and by memory, grouped by name"}>
      {rows.length === 0
        ? <EmptyState glyph="none">This host does not report its processes. Only Presage's own collectors do; a Prometheus exporter does not.</EmptyState>
        : <DataTable label="Processes" columns={columns} rows={rows} rowKey={(row) => `${row.name} ${row.pid ?? ""} ${row.user ?? ""}`} />}
    </Panel>
  );
}
