import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { errorText } from "../../api/client";
import { queryRange } from "../../api/endpoints";
import { formatDuration, plural } from "../../lib/format";
import { formatTime, timeTooltip } from "../../lib/time";
import { links } from "../../routes/links";
import { useNow } from "../../ui/TimeText";
import { cx } from "../../ui/cx";
import { ErrorState, SkeletonRows } from "../../ui/States";
import { anomalyRuns, anomalyVerdict, isTold, rateText } from "./model";
import styles from "./Rules.module.css";

const STEP_MS = 300_000;
const WEEK_MS = 7 * 86_400_000;
const SHOWN_MAX = 8;
/** What the series says while no anomaly runs. */
const CALM = 1000;

interface AnomalyPreviewProps {
  /** The series of rates, of all hosts or some. */
  query: string;
  rate: number;
  forSeconds: number;
  /** What the count does not know. */
  note?: string;
}

/** The anomalies of the last week and which of them a rule of this sensitivity would tell; rates of ten powers make no chart. */
export function AnomalyPreview({ query, rate, forSeconds, note }: AnomalyPreviewProps) {
  const now = useNow();
  const toMs = Math.floor(now / STEP_MS) * STEP_MS;
  const { data, error, refetch } = useQuery({
    queryKey: ["anomalyRates", query, toMs], staleTime: STEP_MS, placeholderData: keepPreviousData,
    queryFn: ({ signal }) => queryRange({ query: `min_over_time(${query}[5m]) < ${CALM}`, fromMs: toMs - WEEK_MS, toMs, stepMs: STEP_MS }, signal),
  });
  if (error !== null) return <ErrorState what="Not tried out:" why={errorText(error)} onRetry={() => void refetch()} />;
  if (data === undefined) return <SkeletonRows rows={3} label="Loading the anomalies of the last week" />;
  const runs = anomalyRuns(data, STEP_MS, toMs);
  const shown = runs.slice(-SHOWN_MAX).reverse();
  return (
    <div className={styles.preview}>
      <p className="meta">Tried on the last 7 days of your own hosts, to 5 minutes</p>
      <p className={styles.verdict} role="status">{anomalyVerdict(runs, rate, forSeconds)}</p>
      {note !== undefined && <p className="meta">{note}</p>}
      {shown.length > 0 && (
        <ul className={styles.episodes} aria-label="Anomalies of the last week">
          {shown.map((run) => {
            const told = isTold(run, rate, forSeconds);
            return (
              <li key={`${run.who} ${run.startMs}`} className={cx(!told && styles.untold)}>
                <span title={timeTooltip(run.startMs)}>{formatTime(run.startMs, now)}</span>
                <span><a className="link" href={links.anomalies(run.who)}>{run.who}</a> {told ? "told" : "not told"}</span>
                <span title="So often does normal behaviour look as odd on a host">{rateText(run.rate)}</span>
                <span className="ink2 right">{formatDuration(run.endMs - run.startMs)}{run.open && " so far"}</span>
              </li>
            );
          })}
          {runs.length > SHOWN_MAX && <li><span className="meta">and {plural(runs.length - SHOWN_MAX, "earlier one")}</span></li>}
        </ul>
      )}
    </div>
  );
}
