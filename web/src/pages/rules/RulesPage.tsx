import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { errorText } from "../../api/client";
import { rulesQuery } from "../../api/queries";
import type { Rule } from "../../api/types";
import { formatDuration } from "../../lib/format";
import { links } from "../../routes/links";
import { useParams } from "../../routes/router";
import { useMay } from "../../state/session";
import { Button } from "../../ui/Button";
import { cx } from "../../ui/cx";
import { Glyph } from "../../ui/Glyph";
import { ErrorState, SkeletonRows } from "../../ui/States";
import { Switch } from "../../ui/Switch";
import { useNow } from "../../ui/TimeText";
import { useCursor } from "../../ui/useCursor";
import { Page } from "../frame/Page";
import { conditionText, gist, watchesSilence, watchText } from "./model";
import { OwnRule } from "./OwnRule";
import { RuleEditor, useRuleChange } from "./RuleEditor";
import styles from "./Rules.module.css";

/** What would wake somebody, and how often it would have. */
export function RulesPage() {
  const { data, error, refetch } = useQuery({ ...rulesQuery(), refetchInterval: 10_000 });
  const [params, change] = useParams();
  const offBecause = useMay("operator") ? null : "Your role, viewer, may look. Operators change rules.";
  const adding = params.get("add") !== null;
  const close = () => change({ add: null }, { replace: true });
  return (
    <Page name="Rules" above={[{ label: "Alerts", href: links.alerts() }]}>
      <div className={styles.head}>
        <h1 className="title">{headline(data)}</h1>
        <Button icon={<Plus size={16} aria-hidden="true" />} offBecause={offBecause} expanded={adding} onClick={() => (adding ? close() : change({ add: "anomaly", rule: null }))}>Add an anomaly rule</Button>
      </div>
      {adding && <div className={cx(styles.list, styles.adding)}><OwnRule rule={null} offBecause={offBecause} onClose={close} /></div>}
      {error !== null && <ErrorState what="Not loaded:" why={errorText(error)} onRetry={() => void refetch()} />}
      {data === undefined ? error === null && <div className={styles.list}><SkeletonRows rows={6} label="Loading rules" /></div> : <RuleList rules={data} />}
    </Page>
  );
}

function headline(rules: readonly Rule[] | undefined): React.ReactNode {
  if (rules === undefined) return "Rules";
  const on = rules.filter((rule) => rule.enabled);
  const failing = rules.filter((rule) => rule.enabled && rule.lastError !== null).length;
  const rest = [
    on.length < rules.length ? `${rules.length - on.length} ${rules.length - on.length === 1 ? "is" : "are"} off.` : "",
    failing > 0 ? `${failing} cannot be evaluated.` : "",
  ].filter((part) => part !== "").join(" ");
  return <>{watchText(on)} <span>{rest}</span></>;
}

function RuleList({ rules }: { rules: readonly Rule[] }) {
  const [params, change] = useParams();
  const offBecause = useMay("operator") ? null : "Your role, viewer, may look. Operators change rules.";
  const edited = params.get("rule");
  const toggle = (rule: Rule | undefined) => { if (rule !== undefined) change({ rule: rule.id === edited ? null : rule.id }, { replace: true }); };
  const [cursor] = useCursor(rules.length, (index) => toggle(rules[index]));
  return (
    <ul className={styles.list} aria-label="Rules">
      {rules.map((rule, index) => (
        <li key={rule.id}>
          <RuleRow rule={rule} cursor={index === cursor} open={rule.id === edited} offBecause={offBecause} onOpen={() => toggle(rule)} />
          {rule.id === edited && !rule.stock && <OwnRule key={rule.id} rule={rule} offBecause={offBecause} onClose={() => change({ rule: null }, { replace: true })} />}
          {rule.id === edited && rule.stock && <RuleEditor key={rule.id} rule={rule} offBecause={offBecause} onClose={() => change({ rule: null }, { replace: true })} />}
        </li>
      ))}
    </ul>
  );
}

interface RuleRowProps { rule: Rule; cursor: boolean; open: boolean; offBecause: string | null; onOpen: () => void }

function RuleRow({ rule, cursor, open, offBecause, onOpen }: RuleRowProps) {
  const change = useRuleChange(rule);
  const problem = change.error !== null ? `Not changed: ${errorText(change.error)}` : rule.enabled ? rule.lastError : null;
  return (
    <div className={cx(styles.row, cursor && styles.cursor, !rule.enabled && styles.off)} data-cursor={cursor || undefined}>
      <Glyph kind={watchesSilence(rule) ? "none" : rule.severity === "critical" ? "crit" : "warn"} decorative />
      <div className={styles.name}>
        <b>{rule.name}</b>
        <p className="meta" title={rule.sentence}>{gist(rule)}</p>
      </div>
      <span className={styles.when}>{watchesSilence(rule) ? conditionOfSilence(rule) : conditionText(rule)}{rule.changed && <span className="meta"> · changed</span>}</span>
      <span className={cx(styles.when, styles.severity)}>{rule.severity === "critical" ? "Critical" : "Warning"}</span>
      <span className={styles.state}><State rule={rule} /></span>
      <span className={styles.end}><Switch label={`${rule.name} enabled`} checked={rule.enabled} offBecause={offBecause} onChange={(enabled) => change.mutate({ enabled })} /></span>
      <span className={styles.button}><Button small onClick={onOpen} expanded={open}>{open ? "Close" : offBecause === null ? "Edit" : "Look"}</Button></span>
      {problem !== null && <p className={styles.error} role="alert">{change.error === null && "Cannot be evaluated: "}{problem}</p>}
    </div>
  );
}

function conditionOfSilence(rule: Rule): string {
  return `no data for ${formatDuration(rule.forSeconds * 1000)}`;
}

/** What it says now, and when it last looked. */
function State({ rule }: { rule: Rule }) {
  const now = useNow();
  if (!rule.enabled) return <>off<br /><span className="meta">does not look</span></>;
  const counts = [rule.firing > 0 ? `${rule.firing} ${rule.firing === 1 ? "fires" : "fire"}` : "", rule.pending > 0 ? `${rule.pending} pending` : ""]
    .filter((part) => part !== "").join(", ");
  const looked = rule.lastEvaluationMs === null ? "has not looked yet" : `looked ${formatDuration(Math.max(0, now - rule.lastEvaluationMs))} ago`;
  return <><span className={rule.firing > 0 ? "strong" : "ink2"}>{counts === "" ? "nothing fires" : counts}</span><br /><span className="meta">{looked}</span></>;
}
