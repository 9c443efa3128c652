import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { errorText } from "../../api/client";
import { cardinalityQuery } from "../../api/queries";
import type { Cardinality } from "../../api/types";
import { countedRows, explosion, type CountedBy, type CountedRow } from "../../lib/cardinality";
import { formatCount, significant } from "../../lib/format";
import { DataTable, type Column } from "../../ui/DataTable";
import { Glyph } from "../../ui/Glyph";
import { Panel } from "../../ui/Panel";
import { Banner, EmptyState, ErrorState, SkeletonRows } from "../../ui/States";
import { Segmented } from "../../ui/Tabs";
import { TimeText } from "../../ui/TimeText";
import styles from "./Settings.module.css";

const KINDS: readonly { id: CountedBy; label: string }[] = [
  { id: "metric", label: "Metrics" }, { id: "host", label: "Hosts" }, { id: "label", label: "Labels" }, { id: "pair", label: "Label values" },
];

/** Where the active series come from, and which label exploded. */
export function SeriesPanel() {
  const { data, error, refetch } = useQuery(cardinalityQuery());
  const [by, setBy] = useState<CountedBy>("metric");
  return (
    <Panel title="Where the series come from"
      meta={data === undefined ? undefined : `${formatCount(data.series)} active; the store takes ${formatCount(data.seriesMax)}, a host ${formatCount(data.seriesPerHostMax)}`}
      actions={<Segmented label="Count by" segments={KINDS} current={by} onChange={(id) => setBy(KINDS.find((kind) => kind.id === id)?.id ?? "metric")} />}>
      {error !== null && <ErrorState what="Not loaded:" why={errorText(error)} onRetry={() => void refetch()} />}
      {data === undefined ? error === null && <SkeletonRows rows={6} label="Counting series" /> : <Counts counts={data} by={by} />}
    </Panel>
  );
}

function Counts({ counts, by }: { counts: Cardinality; by: CountedBy }) {
  const rows = countedRows(counts, by);
  if (rows.length === 0) return <EmptyState glyph="none">No series is active yet.</EmptyState>;
  return (
    <>
      <Exploded counts={counts} />
      <DataTable label="Series by name" columns={columns(counts, by)} rows={rows} rowKey={(row) => row.name} />
    </>
  );
}

/** One sentence that names what to look at. */
function Exploded({ counts }: { counts: Cardinality }) {
  const found = explosion(counts);
  if (found === null || counts.growthSinceMs === null) return null;
  const { label, metric, host } = found;
  return (
    <div className={styles.inside}>
      <Banner icon={<Glyph kind="warn" size={16} decorative />}>
        <b>{host.name}</b> has {formatCount(host.growth ?? 0)} more series than at <TimeText at={counts.growthSinceMs} />
        {metric !== null && <>, most of <code>{metric.name}</code></>}.
        {label !== null && <> Its label <code>{label.name}</code> got {formatCount(label.growth ?? 0)} new values: one whose values never end (a request, a user, a time) makes a series of each. Take it off where it is sent.</>}
      </Banner>
    </div>
  );
}

function columns(counts: Cardinality, by: CountedBy): Column<CountedRow>[] {
  const since = counts.growthSinceMs;
  const all: Column<CountedRow>[] = [
    { id: "name", header: KINDS.find(({ id }) => id === by)?.label.replace(/s$/, "") ?? "", lead: true, cell: (row) => <code className={styles.counted}>{row.name}</code> },
    { id: "count", header: by === "label" ? "Values" : "Series", align: "right", cell: (row) => formatCount(row.count) },
  ];
  if (by !== "label") {
    all.push({ id: "share", header: "Of all", align: "right", cell: (row) => <Share of={row.share ?? 0} /> });
  }
  if (by !== "pair" && since !== null) {
    all.push({ id: "growth", header: "Growth", align: "right", cell: (row) => growthText(row.growth) });
  }
  return all;
}

function Share({ of }: { of: number }) {
  return <span className={styles.share}><i style={{ width: `${Math.max(1, of * 72)}px` }} /><span>{significant(of * 100, 2)}&nbsp;%</span></span>;
}

function growthText(growth: number | null): string {
  if (growth === null || growth === 0) return "–";
  return growth > 0 ? `+${formatCount(growth)}` : `−${formatCount(-growth)}`;
}
