import { Check } from "lucide-react";
import type { HostDetail } from "../../api/types";
import { formatDuration, plural } from "../../lib/format";
import { formatTime } from "../../lib/time";
import { cx } from "../../ui/cx";
import { Panel } from "../../ui/Panel";
import styles from "./Overview.module.css";

const DAY_MS = 86_400_000;
const WEEKS_MS = 14 * DAY_MS;

type StepState = "done" | "busy" | "ahead";
interface Step { when: string; name: string; text: string; state: StepState }

/** What is learned of this host, what comes next and when. */
export function LearningPanel({ detail, rules, nowMs }: { detail: HostDetail; rules: number; nowMs: number }) {
  const { learning } = detail;
  const steps = stepsOf(detail, rules, nowMs);
  const meta = learning.phase === "range"
    ? `${formatDuration(learning.learnedSeconds * 1000)} of ${formatDuration(learning.neededSeconds * 1000)}`
    : `learned for ${formatDuration(learning.learnedSeconds * 1000)}`;
  return (
    <Panel title={learning.phase === "known" ? "Known: what is normal for this host" : "Learning what is normal for this host"} meta={meta}>
      <ol className={styles.learn}>
        {steps.map((step) => (
          <li key={step.name} className={cx(step.state === "done" && styles.done, step.state === "busy" && styles.busy)}>
            <i aria-hidden="true">{step.state === "done" && <Check size={11} strokeWidth={3.2} />}</i>
            <span className={styles.when}>{step.when}</span>
            <b>{step.name}</b>
            <p>{step.text}</p>
          </li>
        ))}
      </ol>
    </Panel>
  );
}

function stepsOf({ learning, vitals }: HostDetail, rules: number, nowMs: number): Step[] {
  const order = ["range", "days", "weeks", "known"].indexOf(learning.phase);
  const state = (index: number): StepState => (order > index ? "done" : order === index ? "busy" : "ahead");
  const untilRange = (learning.neededSeconds - learning.learnedSeconds) * 1000;
  const dayMs = learning.dayRhythmAtMs ?? learning.startedMs + 2 * DAY_MS;
  const weekMs = learning.startedMs + WEEKS_MS;
  return [
    { when: "now", name: "Hard limits", state: "done", text: `Disk full, memory out, host silent and the like: ${plural(rules, "stock rule")} ${rules === 1 ? "watches" : "watch"} already.` },
    { when: order > 0 ? "now" : `in ${formatDuration(untilRange)}`, name: "Usual range", state: state(0), text: vitals.length === 0 ? "What each vital sign does in an ordinary hour." : `What each of the ${plural(vitals.length, "vital sign")} does in an ordinary hour.` },
    { when: order > 1 ? "now" : formatTime(dayMs, nowMs), name: "Days", state: state(1), text: "Nights, backups and lunch breaks stop looking odd." },
    { when: order > 2 ? "now" : formatTime(weekMs, nowMs), name: "Weeks", state: state(2), text: "Weekends and Monday mornings too." },
  ];
}
