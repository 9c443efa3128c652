import { useMutation, useQueryClient } from "@tanstack/react-query";
import { errorText } from "../../api/client";
import { labelAnomaly, unlabelAnomaly } from "../../api/endpoints";
import type { AnomalyLabel, AnomalyWord } from "../../api/types";
import { plural } from "../../lib/format";
import { formatTime } from "../../lib/time";
import { useMay } from "../../state/session";
import { Button } from "../../ui/Button";
import styles from "./Anomalies.module.css";

const WORDS: readonly { word: AnomalyWord; name: string; means: string }[] = [
  { word: "useful", name: "Useful", means: "Worth telling: the like of it is told." },
  { word: "expected", name: "Expected", means: "Meant to happen: the like of it is not told on this host any more." },
  { word: "noise", name: "Noise", means: "Not worth telling: the like of it is told only when it is ten times as rare." },
];

interface FeedbackProps {
  id: number;
  label: AnomalyLabel | null;
  /** In a narrow list: the words alone, without the question above them. */
  brief?: boolean;
}

/** Was this worth telling? Says what is learned from the answer, and takes it back. */
export function Feedback({ id, label, brief = false }: FeedbackProps) {
  const client = useQueryClient();
  const offBecause = useMay("operator") ? null : "Your role, viewer, may look. Operators say what is worth telling.";
  const saying = useMutation({
    mutationFn: (word: AnomalyWord | null) => (word === null ? unlabelAnomaly(id) : labelAnomaly(id, word)),
    onSuccess: () => Promise.all(["anomalies", "labels", "host", "overview"].map((key) => client.invalidateQueries({ queryKey: [key] }))),
  });
  return (
    <div className={styles.feedback}>
      {(label !== null || !brief) && <span className={styles.asked}>{label === null ? "Was this worth telling?" : "You said:"}</span>}
      <span className={styles.words} role="group" aria-label="Was this worth telling?">
        {WORDS.map(({ word, name, means }) => (
          <Button
            key={word} small pressed={label?.word === word} offBecause={offBecause} busy={saying.isPending && saying.variables === word}
            label={`${name}: ${means}`} onClick={() => { saying.mutate(label?.word === word ? null : word); }}
          >{name}</Button>
        ))}
      </span>
      {label !== null && (
        <p className={styles.learned} role="status">
          {label.learned} {label.held > 0 && `${plural(label.held, "time", "times")} held back${label.heldMs === null ? "" : `, last ${formatTime(label.heldMs, Date.now())}`}. `}
          <button type="button" className="link" onClick={() => { saying.mutate(null); }}>Take back</button>
        </p>
      )}
      {saying.error !== null && <p role="alert" className="small critText">Not done: {errorText(saying.error)}</p>}
    </div>
  );
}
