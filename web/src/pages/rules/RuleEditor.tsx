import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ApiError, errorText } from "../../api/client";
import { resetRule, updateRule } from "../../api/endpoints";
import { rulesQuery } from "../../api/queries";
import type { Rule, RuleUpdate } from "../../api/types";
import { Button } from "../../ui/Button";
import { SelectField, TextField } from "../../ui/Field";
import { ErrorState } from "../../ui/States";
import { AnomalyPreview } from "./AnomalyPreview";
import { RATE_MAX, chanceText, draftOf, readDraft, watchesAnomalies, watchesSilence, type RuleDraft } from "./model";
import { RulePreview } from "./RulePreview";
import styles from "./Rules.module.css";

/** Changes a rule; the list is right at once. */
export function useRuleChange(rule: Rule) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: RuleUpdate | "reset") => (change === "reset" ? resetRule(rule.id) : updateRule(rule.id, change)),
    onSuccess: (changed) => {
      client.setQueryData<Rule[]>(rulesQuery().queryKey, (before) => before?.map((one) => (one.id === changed.id ? changed : one)));
      void client.invalidateQueries({ queryKey: ["alerts"] });
    },
  });
}

const SEVERITIES = [{ value: "critical", label: "Critical" }, { value: "warning", label: "Warning" }] as const;

interface RuleEditorProps { rule: Rule; offBecause: string | null; onClose: () => void }

/** Threshold, time and severity under the rule's row, with what they would have done. */
export function RuleEditor({ rule, offBecause, onClose }: RuleEditorProps) {
  const [draft, setDraft] = useState(() => draftOf(rule));
  const read = readDraft(rule, draft);
  const threshold = read.threshold ?? rule.threshold;
  const forSeconds = read.forSeconds ?? rule.forSeconds;
  return (
    <div className={styles.edit} role="region" aria-label={`Edit ${rule.name}`}>
      <RuleForm rule={rule} draft={draft} setDraft={setDraft} offBecause={offBecause} onClose={onClose} />
      {watchesAnomalies(rule)
        ? <AnomalyPreview query={rule.query} rate={threshold} forSeconds={forSeconds} />
        : <RulePreview rule={{ ...rule, severity: draft.severity }} threshold={threshold} forSeconds={forSeconds} />}
    </div>
  );
}

function boundHint(rule: Rule, rate: number | null): string {
  if (watchesAnomalies(rule)) {
    const which = rate === null || rate >= RATE_MAX ? "Tells of every anomaly that is found." : `Tells only of what normal behaviour does on a host at most ${chanceText(rate)}.`;
    return `${which} Which are found at all is the host's own sensitivity. The scale ends at ${RATE_MAX}, which tells of all.`;
  }
  return rule.comparison.startsWith("<") ? "Fires below this." : "Fires above this.";
}

interface RuleFormProps extends RuleEditorProps { draft: RuleDraft; setDraft: (draft: RuleDraft) => void }

function RuleForm({ rule, draft, setDraft, offBecause, onClose }: RuleFormProps) {
  const change = useRuleChange(rule);
  const { change: wanted, problems, threshold } = readDraft(rule, draft);
  const nothing = Object.keys(wanted).length === 0;
  const wrong = problems.threshold !== null || problems.forText !== null;
  const refused = (field: string) => (change.error instanceof ApiError && change.error.field === field ? errorText(change.error) : null);
  const general = change.error !== null && refused("threshold") === null && refused("forSeconds") === null ? errorText(change.error) : null;
  const save = () => { if (!wrong && !nothing) change.mutate(wanted, { onSuccess: onClose }); };
  const reset = () => change.mutate("reset", { onSuccess: (shipped) => setDraft(draftOf(shipped)) });
  return (
    <form className={styles.form} noValidate onSubmit={(event) => { event.preventDefault(); save(); }}>
      {!watchesSilence(rule) && (
        <TextField label={watchesAnomalies(rule) ? "False alarms of a host" : "Threshold"} value={draft.threshold}
          onChange={(text) => setDraft({ ...draft, threshold: text })} error={problems.threshold ?? refused("threshold")} hint={boundHint(rule, threshold)} />
      )}
      <TextField label="For" value={draft.forText} onChange={(text) => setDraft({ ...draft, forText: text })}
        error={problems.forText ?? refused("forSeconds")} hint="How long it must last before anybody is told." />
      <SelectField label="Severity" value={draft.severity} options={SEVERITIES} hint="Channels choose by it whom to tell."
        onChange={(value) => setDraft({ ...draft, severity: value === "critical" ? "critical" : "warning" })} />
      {general !== null && <ErrorState what="Not saved:" why={general} />}
      <div className={styles.buttons}>
        <Button type="submit" kind="primary" busy={change.isPending} offBecause={offBecause ?? (nothing ? "Nothing is changed yet." : wrong ? "Put the marked field right first." : null)}>Save rule</Button>
        <Button onClick={onClose}>Cancel</Button>
        {rule.changed && <Button kind="quiet" offBecause={offBecause} onClick={reset}>As shipped</Button>}
      </div>
      <p className="meta">Says: <i>{rule.sentence}</i></p>
      <p className="meta">Watches <code>{rule.query}</code></p>
    </form>
  );
}
