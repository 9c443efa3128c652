import { Check } from "lucide-react";
import type { ReactNode } from "react";
import { cx } from "./cx";
import styles from "./Steps.module.css";

export interface Step { id: string; state: "done" | "busy" | "wait"; title: string; detail: ReactNode }

const WORDS: Record<Step["state"], string> = { done: "done", busy: "under way", wait: "to come" };

/** What has happened, what is happening and what will: each with its word for those who do not see the mark. */
export function Steps({ label, steps }: { label: string; steps: readonly Step[] }) {
  return (
    <ol className={styles.steps} aria-label={label}>
      {steps.map((step) => (
        <li key={step.id} className={cx(step.state === "wait" && styles.later)}>
          <span className={cx(styles.mark, styles[step.state])} aria-hidden="true">{step.state === "done" && <Check size={13} strokeWidth={3} />}</span>
          <div><b className="strong">{step.title}</b><span className="visuallyHidden"> ({WORDS[step.state]})</span><p className="meta">{step.detail}</p></div>
        </li>
      ))}
    </ol>
  );
}
