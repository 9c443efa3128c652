import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ApiError, errorText } from "../../api/client";
import { createRule, deleteRule, updateRule } from "../../api/endpoints";
import { rulesQuery } from "../../api/queries";
import type { Rule } from "../../api/types";
import { Button } from "../../ui/Button";
import { cx } from "../../ui/cx";
import { Checkbox, SelectField, TextField } from "../../ui/Field";
import { quote } from "../../lib/vitals";
import { ErrorState } from "../../ui/States";
import { AnomalyPreview } from "./AnomalyPreview";
import { FAMILIES, newRuleDraft, ownDraftOf, readOwnDraft, type OwnRuleDraft } from "./model";
import styles from "./Rules.module.css";

const SEVERITIES = [{ value: "critical", label: "Critical" }, { value: "warning", label: "Warning" }] as const;

/** The rates of the hosts that are meant. */
function hostsQuery(hosts: string): string {
  return hosts.trim() === "" ? "presage_host_anomaly_rate" : `presage_host_anomaly_rate{host=~${quote(hosts.trim())}}`;
}

interface OwnRuleProps { rule: Rule | null; offBecause: string | null; onClose: () => void }

/** A rule of kind "anomaly" that somebody makes: for which hosts and families it tells, and how rare it has to be. */
export function OwnRule({ rule, offBecause, onClose }: OwnRuleProps) {
  const [draft, setDraft] = useState(() => (rule === null ? newRuleDraft() : ownDraftOf(rule)));
  const { wanted, problems } = readOwnDraft(draft);
  const client = useQueryClient();
  const done = () => {
    void client.invalidateQueries({ queryKey: rulesQuery().queryKey });
    void client.invalidateQueries({ queryKey: ["alerts"] });
    onClose();
  };
  const { falseAlarms, ...same } = wanted;
  const save = useMutation({ mutationFn: () => (rule === null ? createRule({ ...wanted, enabled: true }) : updateRule(rule.id, { ...same, threshold: falseAlarms })), onSuccess: done });
  const remove = useMutation({ mutationFn: (id: string) => deleteRule(id), onSuccess: done });
  const refused = (field: string) => (save.error instanceof ApiError && save.error.field === field ? errorText(save.error) : null);
  const fields = ["name", "hosts", "families", "falseAlarms", "threshold", "forSeconds"];
  const general = save.error !== null && fields.every((field) => refused(field) === null) ? save.error : remove.error;
  const wrong = Object.values(problems).some((problem) => problem !== null);
  const set = (part: Partial<OwnRuleDraft>) => setDraft({ ...draft, ...part });
  return (
    <div className={styles.edit} role="region" aria-label={rule === null ? "New rule" : `Edit ${rule.name}`}>
      <form className={cx(styles.form, styles.own)} noValidate onSubmit={(event) => { event.preventDefault(); if (!wrong) save.mutate(); }}>
        <TextField label="Name" value={draft.name} onChange={(name) => set({ name })} error={refused("name")} hint="Stands in messages." autoFocus={rule === null} />
        <TextField label="Hosts" value={draft.hosts} onChange={(hosts) => set({ hosts })} error={refused("hosts")} placeholder="all hosts"
          hint={<>A regular expression, such as <code>db.*</code>; all hosts when empty.</>} />
        <fieldset className={styles.families}>
          <legend>Where one of these takes part; any anomaly when none is chosen</legend>
          {FAMILIES.map(({ family, label }) => (
            <Checkbox key={family} label={label} checked={draft.families.includes(family)}
              onChange={(on) => set({ families: on ? [...draft.families, family] : draft.families.filter((one) => one !== family) })} />
          ))}
        </fieldset>
        <TextField label="False alarms of a host" value={draft.threshold} onChange={(threshold) => set({ threshold })}
          error={problems.threshold ?? refused("falseAlarms") ?? refused("threshold")}
          hint="Tells only of anomalies so rare that normal behaviour raises at most so many. They are found at the host's own sensitivity: 100 tells of all." />
        <TextField label="For" value={draft.forText} onChange={(forText) => set({ forText })} error={problems.forText ?? refused("forSeconds")} hint="How long it must last before anybody is told." />
        <SelectField label="Severity" value={draft.severity} options={SEVERITIES} hint="Channels choose by it whom to tell."
          onChange={(value) => set({ severity: value === "critical" ? "critical" : "warning" })} />
        {general !== null && <ErrorState what="Not done:" why={errorText(general)} />}
        <div className={styles.buttons}>
          <Button type="submit" kind="primary" busy={save.isPending} offBecause={offBecause ?? (draft.name.trim() === "" ? "Give it a name first." : wrong ? "Put the marked field right first." : null)}>
            {rule === null ? "Make the rule" : "Save rule"}
          </Button>
          <Button onClick={onClose}>Cancel</Button>
          {rule !== null && <Button kind="quiet" busy={remove.isPending} offBecause={offBecause} onClick={() => remove.mutate(rule.id)}>Delete rule</Button>}
        </div>
      </form>
      <AnomalyPreview
        query={hostsQuery(draft.hosts)} rate={wanted.falseAlarms} forSeconds={wanted.forSeconds}
        {...(draft.families.length === 0 ? {} : { note: "Counted whatever takes part; with the families chosen the true number may be lower." })}
      />
    </div>
  );
}
