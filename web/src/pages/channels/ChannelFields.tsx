import type { Severity } from "../../api/types";
import { Checkbox, SelectField, TextArea, TextField } from "../../ui/Field";
import { withSecurity, type ChannelDraft, type Field, type Security } from "./channelForm";
import styles from "./Channels.module.css";

interface FieldsProps {
  draft: ChannelDraft;
  change: (part: Partial<ChannelDraft>) => void;
  setDraft: (draft: ChannelDraft) => void;
  problems: Partial<Record<Field, string>>;
}

const SECURITIES: readonly { value: Security; label: string }[] = [
  { value: "starttls", label: "STARTTLS" }, { value: "tls", label: "TLS" }, { value: "none", label: "none" },
];

function NameField({ draft, change, problems }: FieldsProps) {
  return <TextField label="Name" value={draft.name} onChange={(name) => change({ name })} error={problems.name ?? null} placeholder="On call" autoComplete="off" />;
}

export function EmailFields(props: FieldsProps) {
  const { draft, change, setDraft, problems } = props;
  const secure = (value: string) => setDraft(withSecurity(draft, SECURITIES.find((known) => known.value === value)?.value ?? "starttls"));
  return (
    <>
      <NameField {...props} />
      <div className={styles.wide}><TextField label="SMTP server" value={draft.host} onChange={(host) => change({ host })} error={problems.host ?? null} placeholder="mail.example.org" autoComplete="off" /></div>
      <div className={styles.narrow}><TextField label="Port" value={draft.port} onChange={(port) => change({ port })} error={problems.port ?? null} autoComplete="off" /></div>
      <div className={styles.third}><SelectField label="Security" value={draft.security} onChange={secure} options={SECURITIES} error={problems.security ?? null} /></div>
      <div className={styles.third}><TextField label="User" value={draft.user} onChange={(user) => change({ user })} error={problems.user ?? null} hint="Empty: send without signing in." autoComplete="off" /></div>
      <div className={styles.third}>
        <TextField label="Password" type="password" value={draft.password} onChange={(password) => change({ password })} error={problems.password ?? null} autoComplete="new-password"
          hint={draft.passwordSet ? "Stored. Leave empty to keep it." : "Kept on the server, never shown again."} />
      </div>
      {draft.security !== "none" && (
        <Checkbox label="Check the server's certificate" checked={draft.verifyCertificate} onChange={(verifyCertificate) => change({ verifyCertificate })}
          {...(draft.verifyCertificate ? {} : { hint: "Off: whoever sits between can read the mail and the password." })} />
      )}
      <div className={styles.half}><TextField label="From" value={draft.from} onChange={(from) => change({ from })} error={problems.from ?? null} placeholder="presage@example.org" autoComplete="off" /></div>
      <div className={styles.half}><TextField label="To" value={draft.to} onChange={(to) => change({ to })} error={problems.to ?? null} hint="Several addresses: separate them by commas." placeholder="oncall@example.org" autoComplete="off" /></div>
    </>
  );
}

export function WebhookFields(props: FieldsProps) {
  const { draft, change, problems } = props;
  return (
    <>
      <NameField {...props} />
      <TextField label="URL" type="url" value={draft.url} onChange={(url) => change({ url })} error={problems.url ?? null} placeholder="https://hooks.example.org/presage"
        hint="Gets a POST with JSON in the form of Prometheus' Alertmanager." autoComplete="off" />
      <TextField label="Secret" type="password" value={draft.secret} onChange={(secret) => change({ secret })} error={problems.secret ?? null} autoComplete="new-password"
        hint={draft.secretSet ? "Stored. Leave empty to keep it." : "Optional: signs each request, so that the far end can tell it is from here."} />
      <TextArea label="Headers" value={draft.headers} rows={2} onChange={(headers) => change({ headers })} error={problems.headers ?? null} hint="Optional, one a line, such as Authorization: Bearer …" />
    </>
  );
}

const LABELS: readonly [Severity, string][] = [["critical", "Critical"], ["warning", "Warning"]];

export function RoutingFields({ draft, change, problems }: FieldsProps) {
  const toggle = (severity: Severity, on: boolean) =>
    change({ severities: LABELS.map(([known]) => known).filter((known) => (known === severity ? on : draft.severities.includes(known))) });
  return (
    <>
      <fieldset className={styles.checks}>
        <legend className="meta strong" style={{ marginBottom: 6, color: "var(--ink-2)" }}>Tells about</legend>
        {LABELS.map(([severity, label]) => (
          <Checkbox key={severity} label={label} checked={draft.severities.includes(severity)} onChange={(on) => toggle(severity, on)} />
        ))}
        {problems.severities !== undefined && <p className={styles.fault} role="alert">{problems.severities}</p>}
      </fieldset>
      <Checkbox label="Tell when it ends" checked={draft.sendResolved} onChange={(sendResolved) => change({ sendResolved })} hint="One more message when an alert is over." />
      <Checkbox label="Enabled" checked={draft.enabled} onChange={(enabled) => change({ enabled })} hint="Off: kept, but nobody is told." />
    </>
  );
}
