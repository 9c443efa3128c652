import type { ReactNode } from "react";
import type { HostDetail } from "../../api/types";
import { formatCapacity, formatCount, formatDuration } from "../../lib/format";
import { formatTime, timeTooltip } from "../../lib/time";
import { Panel } from "../../ui/Panel";
import styles from "./Host.module.css";
import { learnedText } from "./learning";

const SOURCES: Record<HostDetail["summary"]["source"], string> = {
  local: "collected by this server itself", agent: "sent by presage-agent", prometheus: "sent by Prometheus remote write", other: "sent by another source", imported: "imported; it has not sent anything itself",
};

export function FactsTab({ detail, nowMs }: { detail: HostDetail; nowMs: number }) {
  const { facts, summary, learning } = detail;
  const rows: [string, ReactNode][] = [
    ["Host", summary.host],
    ["System", facts.os ?? summary.system],
    ["Kernel", facts.kernel],
    ["Architecture", facts.architecture],
    ["Processor", facts.cpuModel],
    ["Cores", facts.cores],
    ["Memory", facts.memoryBytes === null ? null : formatCapacity(facts.memoryBytes)],
    ["Started", facts.bootTimeMs === null ? null : <span title={timeTooltip(facts.bootTimeMs)}>{formatTime(facts.bootTimeMs, nowMs)}, up {formatDuration(nowMs - facts.bootTimeMs)}</span>],
    ["Metrics", formatCount(detail.metricCount)],
    ["Source", SOURCES[summary.source]],
    ["Agent", facts.agentVersion],
    ["First learned from", <span key="learned" title={timeTooltip(learning.startedMs)}>{formatTime(learning.startedMs, nowMs)}; {learnedText(learning, nowMs).text}</span>],
    ...Object.entries(summary.labels).map(([name, value]): [string, ReactNode] => [`Label ${name}`, value]),
  ];
  return (
    <Panel title="Facts">
      <dl className={styles.factList}>
        {rows.map(([name, value]) => (
          <div key={name}><dt>{name}</dt><dd>{value ?? <span className="ink3">not reported</span>}</dd></div>
        ))}
      </dl>
    </Panel>
  );
}
