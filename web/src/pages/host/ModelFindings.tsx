import type { ModelFinding } from "../../api/types";
import { formatTime, timeTooltip } from "../../lib/time";
import { useParams } from "../../routes/router";
import { Panel } from "../../ui/Panel";
import styles from "./Host.module.css";

const SHOWN_MAX = 10;

/** The metric that a model's series is of; null where the model watches an expression that has no name. */
export function metricOf(series: string): string | null {
  return /^[a-zA-Z_:][\w:]*/.exec(series)?.[0] ?? null;
}

/** What own models find odd on this host; a click opens the metric's chart. */
export function ModelFindings({ findings, nowMs }: { findings: readonly ModelFinding[]; nowMs: number }) {
  const [, setParams] = useParams();
  if (findings.length === 0) return null;
  return (
    <Panel title="Own models" meta={`${findings.length} odd`}>
      <ul>
        {findings.slice(0, SHOWN_MAX).map((finding) => {
          const metric = metricOf(finding.series);
          return (
            <li key={finding.key} className={styles.odd}>
              <p>{finding.sentence}</p>
              <p className={styles.since}>
                {finding.rarity} · <time title={timeTooltip(finding.sinceMs)}>since {formatTime(finding.sinceMs, nowMs)}</time>
                {metric !== null && <> · <button type="button" className="link" onClick={() => { setParams({ tab: "metrics", metric }); }}>Show {metric}</button></>}
              </p>
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}
