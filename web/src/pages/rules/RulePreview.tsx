import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { errorText } from "../../api/client";
import { queryRange } from "../../api/endpoints";
import type { Rule } from "../../api/types";
import { READY, type ChartStatus } from "../../charts/Chart";
import { ChartFigure } from "../../charts/ChartFigure";
import type { ChartData } from "../../charts/model";
import { formatDuration, formatValue, plural, unitOf } from "../../lib/format";
import { formatTime, timeTooltip } from "../../lib/time";
import { useNow } from "../../ui/TimeText";
import { conditionOf, conditionText, tryOut, verdict, type Tried } from "./model";
import styles from "./Rules.module.css";

const DAY_MS = 86_400_000;
const STEP_MS = 60_000;
const SHOWN_MAX = 5;

interface RulePreviewProps { rule: Rule; threshold: number; forSeconds: number }

/** The rule with these numbers, walked over the last 24 h of one's own samples. */
export function RulePreview({ rule, threshold, forSeconds }: RulePreviewProps) {
  const toMs = Math.floor(useNow() / (5 * STEP_MS)) * 5 * STEP_MS;
  const fromMs = toMs - DAY_MS;
  const { data, error, refetch } = useQuery({
    queryKey: ["ruleValues", rule.id, rule.query, toMs], staleTime: 300_000, placeholderData: keepPreviousData,
    queryFn: ({ signal }) => queryRange({ query: rule.query, fromMs, toMs, stepMs: STEP_MS }, signal),
  });
  const condition = conditionOf(rule, threshold, forSeconds);
  const tried = useMemo(
    () => (data === undefined || condition === null ? null : tryOut(data, STEP_MS, condition)),
    [data, rule, threshold, forSeconds], // eslint-disable-line react-hooks/exhaustive-deps -- the condition is made of these
  );
  if (condition === null) return <p className="meta">The comparison “{rule.comparison}” cannot be tried out here.</p>;
  const status = statusOf(tried, error, () => void refetch());
  return (
    <div className={styles.preview}>
      <p className="meta">Tried on the last 24 h of your own data, one value a minute</p>
      <p className={styles.verdict} role="status">{tried === null ? " " : verdict(tried, rule.unit)}</p>
      <Fineprint rule={rule} tried={tried} fromMs={fromMs} />
      <ChartFigure title={title(rule, tried)} data={dataOf({ rule, threshold, forSeconds }, tried, fromMs, toMs)} height={190} status={status} />
      {tried !== null && <Episodes tried={tried} rule={rule} />}
    </div>
  );
}

function statusOf(tried: Tried | null, error: Error | null, onRetry: () => void): ChartStatus {
  if (error !== null) return { kind: "error", what: "Not tried out:", why: errorText(error), onRetry };
  if (tried === null) return { kind: "loading" };
  return tried.worst.length === 0 ? { kind: "empty", text: "No samples in the last 24 h." } : READY;
}

function title(rule: Rule, tried: Tried | null): string {
  if (tried === null || tried.series < 2) return rule.name;
  return `${rule.comparison.startsWith("<") ? "Lowest" : "Highest"} of ${tried.series} series`;
}

function dataOf({ rule, threshold, forSeconds }: RulePreviewProps, tried: Tried | null, fromMs: number, toMs: number): ChartData {
  const firings = tried?.firings ?? [];
  return {
    fromMs, toMs, unit: unitOf(rule.unit), series: [{ id: "worst", name: title(rule, tried), points: tried?.worst ?? [] }],
    thresholds: [{ value: threshold, label: `fires ${conditionText({ ...rule, threshold, forSeconds })}`, state: rule.severity }],
    shades: firings.map((firing) => ({ fromMs: firing.firedMs, toMs: Math.max(firing.endMs, firing.firedMs + 4 * STEP_MS), state: rule.severity })),
    marks: firings.slice(-20).map((firing) => ({ timeMs: firing.firedMs, label: `would fire on ${firing.who}` })),
  };
}

/** What the count does not know. */
function Fineprint({ rule, tried, fromMs }: { rule: Rule; tried: Tried | null; fromMs: number }) {
  if (tried === null) return null;
  const notes: React.ReactNode[] = [];
  const known = tried.sinceMs === null ? null : fromMs + DAY_MS - tried.sinceMs;
  if (known !== null && known < DAY_MS - 30 * STEP_MS) notes.push(<>There is only {formatDuration(known)} of data yet. </>);
  if (rule.unless !== null) notes.push(<>Counted without its exemption <code>{rule.unless}</code>, so the true number may be lower. </>);
  if (notes.length === 0) return null;
  return <p className="meta">{notes.map((note, index) => <span key={index}>{note}</span>)}</p>;
}

function Episodes({ tried, rule }: { tried: Tried; rule: Rule }) {
  const now = useNow();
  if (tried.firings.length === 0) return null;
  const shown = tried.firings.slice(-SHOWN_MAX).reverse();
  return (
    <ul className={styles.episodes} aria-label="When it would have fired">
      {shown.map((firing) => (
        <li key={`${firing.who} ${firing.startMs}`}>
          <span title={timeTooltip(firing.firedMs)}>{formatTime(firing.firedMs, now)}</span>
          <b className="strong">{firing.who}</b>
          <span>{formatValue(firing.worst, unitOf(rule.unit))}</span>
          <span className="ink2 right">{formatDuration(firing.endMs - firing.firedMs)}{firing.open && " so far"}</span>
        </li>
      ))}
      {tried.firings.length > SHOWN_MAX && <li><span className="meta">and {plural(tried.firings.length - SHOWN_MAX, "earlier time")}</span></li>}
    </ul>
  );
}
