import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { errorText } from "../../api/client";
import { acknowledge, createSilence, endSilence, unacknowledge } from "../../api/endpoints";
import type { AlertItem, Silence, SilenceRequest } from "../../api/types";
import { plural } from "../../lib/format";
import { untilText } from "../../lib/silence";
import type { Done } from "../../ui/UndoBar";

export interface AlertActions {
  done: Done | null;
  /** What did not work, as a sentence; null when all is well. */
  failure: string | null;
  dismiss: () => void;
  acknowledge: (alerts: readonly AlertItem[]) => void;
  giveBack: (alert: AlertItem) => void;
  silence: (silence: SilenceRequest) => void;
  end: (silence: Silence) => void;
}

let acts = 0;

/** Everything one can do to alerts: at once, with undo in place of a question. */
export function useAlertActions(): AlertActions {
  const client = useQueryClient();
  const [done, setDone] = useState<Done | null>(null);
  const [failure, setFailure] = useState<string | null>(null);

  const run = async (what: string, act: () => Promise<{ text: string; undo: () => Promise<unknown> } | null>) => {
    setFailure(null);
    try {
      const result = await act();
      acts += 1;
      setDone(result === null ? null : { key: String(acts), text: result.text, undo: () => void run("Not undone", async () => { await result.undo(); return null; }) });
    } catch (error) {
      setFailure(`${what}: ${errorText(error)}`);
    }
    await Promise.all(["alerts", "overview", "host"].map((key) => client.invalidateQueries({ queryKey: [key] })));
  };

  return {
    done, failure,
    dismiss: () => setDone(null),
    acknowledge: (alerts) => void run("Not acknowledged", async () => {
      await Promise.all(alerts.map((alert) => acknowledge(alert.id)));
      return { text: acknowledgedText(alerts), undo: () => Promise.all(alerts.map((alert) => unacknowledge(alert.id))) };
    }),
    giveBack: (alert) => void run("Not given back", async () => {
      await unacknowledge(alert.id);
      return { text: `${alert.host}: ${alert.rule} is nobody's again.`, undo: () => acknowledge(alert.id) };
    }),
    silence: (request) => void run("Not silenced", async () => {
      const made = await createSilence(request);
      const held = made.heldBack === 0 ? "Silenced" : `${plural(made.heldBack, "alert")} silenced`;
      return { text: `${held} ${untilText(made.endsMs, Date.now())}.`, undo: () => endSilence(made.id) };
    }),
    end: (silence) => void run("Not ended", async () => {
      await endSilence(silence.id);
      return {
        text: "Silence ended. What it held back is told from now on.",
        undo: () => createSilence({ matchers: silence.matchers, endsMs: silence.endsMs, comment: silence.comment }),
      };
    }),
  };
}

function acknowledgedText(alerts: readonly AlertItem[]): string {
  const only = alerts.length === 1 ? alerts[0] : undefined;
  return only === undefined ? `${plural(alerts.length, "alert")} acknowledged until they end.` : `${only.host}: ${only.rule} acknowledged until it ends.`;
}
