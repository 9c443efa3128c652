import type { ModelFinding } from "../../api/types";
import { formatTime, timeTooltip } from "../../lib/time";
import { Panel } from "../../ui/Panel";
import styles from "./Host.module.css";

const SHOWN_MAX = 10;

/** What own models find odd on this host. */
export function ModelFindings({ findings, nowMs }: { findings: readonly ModelFinding[]; nowMs: number }) {
  if (findings.length === 0) return null;
  return (
    <Panel title="Own models" meta={`${findings.length} odd`}>
      <ul>
        {findings.slice(0, SHOWN_MAX).map((finding) => (
          <li key={finding.key} className={styles.odd}>
            <p>{finding.sentence}</p>
            <p className={styles.since}>{finding.rarity} · <time title={timeTooltip(finding.sinceMs)}>since {formatTime(finding.sinceMs, nowMs)}</time></p>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
