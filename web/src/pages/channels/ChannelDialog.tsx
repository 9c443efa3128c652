import { useMutation, useQueryClient } from "@tanstack/react-query";
import { CircleCheck } from "lucide-react";
import { useState } from "react";
import { ApiError, errorText } from "../../api/client";
import { createChannel, deleteChannel, testUnsavedChannel, updateChannel } from "../../api/endpoints";
import type { Channel, ChannelTest } from "../../api/types";
import { formatDuration, plural } from "../../lib/format";
import { Button } from "../../ui/Button";
import { ConfirmByName } from "../../ui/ConfirmByName";
import { Dialog } from "../../ui/Dialog";
import { Glyph } from "../../ui/Glyph";
import { ErrorState } from "../../ui/States";
import { Segmented } from "../../ui/Tabs";
import { EmailFields, RoutingFields, WebhookFields } from "./ChannelFields";
import { draftOf, fieldOf, newDraft, problemsOf, requestOf, type ChannelDraft, type Field, type Kind } from "./channelForm";
import styles from "./Channels.module.css";

interface ChannelDialogProps {
  /** The channel to edit, or the kind of a new one. */
  start: Channel | Kind;
  offBecause: string | null;
  onKind: (kind: Kind) => void;
  onClose: () => void;
}

/** Adds or changes a channel. The test works before anything is saved. */
export function ChannelDialog({ start, offBecause, onKind, onClose }: ChannelDialogProps) {
  const existing = typeof start === "string" ? null : start;
  const [draft, setDraft] = useState<ChannelDraft>(() => (typeof start === "string" ? newDraft(start) : draftOf(start)));
  const [tried, setTried] = useState(false);
  const client = useQueryClient();
  const refresh = () => Promise.all(["channels", "deliveries"].map((key) => client.invalidateQueries({ queryKey: [key] })));
  const test = useMutation({ mutationFn: () => testUnsavedChannel(requestOf(draft)) });
  const done = async () => { await refresh(); onClose(); };
  const save = useMutation({ mutationFn: () => (draft.id === null ? createChannel(requestOf(draft)) : updateChannel(draft.id, requestOf(draft))), onSuccess: done });
  const remove = useMutation({ mutationFn: (id: string) => deleteChannel(id), onSuccess: done });
  const own = problemsOf(draft);
  const refused = save.error ?? test.error;
  const problems = { ...(tried ? own : {}), ...serverProblem(refused) };
  const guarded = (act: () => void) => () => {
    setTried(true);
    save.reset();
    test.reset();
    if (Object.keys(own).length === 0) act();
    else requestAnimationFrame(() => document.querySelector<HTMLElement>("dialog [aria-invalid=true]")?.focus());
  };
  const change = (part: Partial<ChannelDraft>) => setDraft((before) => ({ ...before, ...part }));
  const fields = { draft, change, setDraft, problems };
  const general = refused !== null && Object.keys(serverProblem(refused)).length === 0 ? errorText(refused) : null;
  return (
    <Dialog
      title={existing === null ? "Add a channel" : existing.name} onClose={onClose}
      meta={existing === null ? "Who is told when an alert fires, and how." : existing.kind === "email" ? "E-mail" : "Webhook"}
      footer={<Footer offBecause={offBecause} testing={test.isPending} saving={save.isPending} onTest={guarded(() => test.mutate())} onSave={guarded(() => save.mutate())} />}
    >
      <form className={styles.form} noValidate onSubmit={(event) => { event.preventDefault(); guarded(() => save.mutate())(); }}>
        {existing === null && (
          <div><Segmented label="Kind of channel" current={draft.kind} segments={[{ id: "email", label: "E-mail" }, { id: "webhook", label: "Webhook" }]}
            onChange={(id) => { const kind = id === "webhook" ? "webhook" : "email"; change({ kind }); setTried(false); test.reset(); onKind(kind); }} /></div>
        )}
        {draft.kind === "email" ? <EmailFields {...fields} /> : <WebhookFields {...fields} />}
        <RoutingFields {...fields} />
        {test.data !== undefined && !test.isPending && <TestResult result={test.data} />}
        {test.isPending && <p className="meta" role="status">Sending a test and waiting for the answer…</p>}
        {general !== null && <ErrorState what={save.error !== null ? "Not saved:" : "Not tested:"} why={general} />}
        {remove.error !== null && <ErrorState what="Not deleted:" why={errorText(remove.error)} />}
        {existing !== null && (
          <div><ConfirmByName action="Delete channel" name={existing.name} offBecause={offBecause} busy={remove.isPending} onConfirm={() => remove.mutate(existing.id)}
            consequence={`Nobody is told by ${existing.name} any more; what still waits to be sent is dropped. Its log stays.`} /></div>
        )}
      </form>
    </Dialog>
  );
}

function serverProblem(error: Error | null): Partial<Record<Field, string>> {
  const field = error instanceof ApiError ? fieldOf(error.field) : null;
  return field === null || error === null ? {} : { [field]: errorText(error) };
}

interface FooterProps { offBecause: string | null; testing: boolean; saving: boolean; onTest: () => void; onSave: () => void }

function Footer({ offBecause, testing, saving, onTest, onSave }: FooterProps) {
  return (
    <div className={styles.footer}>
      <span>A test goes out now and is marked as one.</span>
      <Button busy={testing} offBecause={offBecause} onClick={onTest}>{testing ? "Sending…" : "Send a test"}</Button>
      <Button kind="primary" busy={saving} offBecause={offBecause} onClick={onSave}>Save</Button>
    </div>
  );
}

/** What the far end said, word for word. */
function TestResult({ result }: { result: ChannelTest }) {
  return (
    <div className={styles.result} role="status" ref={(element) => element?.scrollIntoView({ block: "nearest" })}>
      {result.delivered ? <CircleCheck size={15} aria-hidden="true" /> : <Glyph kind="crit" size={15} decorative />}
      <span>
        <b>{result.delivered ? "Delivered" : "Not delivered"}</b> after {elapsed(result.elapsedMs)}. {result.delivered ? "The far end said" : "The answer"}: <code>{result.answer}</code>
      </span>
      {result.transcript.length > 0 && (
        <details>
          <summary>The whole conversation, {plural(result.transcript.length, "line")}</summary>
          <pre tabIndex={0} aria-label="Conversation with the far end">{result.transcript.join("\n")}</pre>
        </details>
      )}
    </div>
  );
}

function elapsed(ms: number): string {
  return ms < 1000 ? `${Math.max(1, Math.round(ms))}\u00a0ms` : formatDuration(ms);
}
