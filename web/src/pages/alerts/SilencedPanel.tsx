import { BellOff } from "lucide-react";
import type { Silence } from "../../api/types";
import { plural } from "../../lib/format";
import { formatMatchers } from "../../lib/matchers";
import { untilText } from "../../lib/silence";
import { timeTooltip } from "../../lib/time";
import { Button } from "../../ui/Button";
import { Panel } from "../../ui/Panel";
import { useNow } from "../../ui/TimeText";
import styles from "./Alerts.module.css";

/** The silences in force, each with what it holds back and an end. */
export function SilencedPanel({ silences, offBecause, onEnd }: { silences: readonly Silence[]; offBecause: string | null; onEnd: (silence: Silence) => void }) {
  const now = useNow();
  if (silences.length === 0) return null;
  const held = silences.reduce((sum, silence) => sum + silence.heldBack, 0);
  return (
    <Panel title="Silenced" meta={`${plural(silences.length, "silence")}, ${plural(held, "alert")} held back`}>
      <ul className={styles.silences}>
        {silences.map((silence) => (
          <li key={silence.id}>
            <BellOff size={15} aria-hidden="true" />
            <code>{formatMatchers(silence.matchers)}</code>
            <span className="ink2">{silence.createdBy}{silence.comment !== "" && `: “${silence.comment}”`}</span>
            <span className="ink2 nowrap">{plural(silence.heldBack, "alert")} held back</span>
            <span className="nowrap" title={timeTooltip(silence.endsMs)}>{untilText(silence.endsMs, now)}</span>
            <Button small onClick={() => onEnd(silence)} offBecause={offBecause}>End</Button>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
