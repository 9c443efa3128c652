import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ApiError, errorText } from "../../api/client";
import { createToken, deleteToken } from "../../api/endpoints";
import { tokensQuery } from "../../api/queries";
import type { CreatedToken, Role, Token } from "../../api/types";
import { plural } from "../../lib/format";
import { Button } from "../../ui/Button";
import { CodeBlock } from "../../ui/CodeBlock";
import { ConfirmByName } from "../../ui/ConfirmByName";
import { DataTable, type Column } from "../../ui/DataTable";
import { Dialog } from "../../ui/Dialog";
import { SelectField, TextField } from "../../ui/Field";
import { Panel } from "../../ui/Panel";
import { EmptyState, ErrorState, SkeletonRows } from "../../ui/States";
import { Since, TimeText } from "../../ui/TimeText";
import styles from "./Settings.module.css";
import { roleOf, ROLES, useAdministratorOnly } from "./UsersPanel";

/** What programs use in place of a password. */
export function TokensPanel() {
  const closed = useAdministratorOnly();
  const { data, error, refetch } = useQuery({ ...tokensQuery(), enabled: closed === null });
  const [ended, setEnded] = useState<Token | null>(null);
  if (closed !== null) return <Panel title="Tokens"><EmptyState glyph="none">{closed}</EmptyState></Panel>;
  return (
    <Panel title="Tokens" meta={data === undefined ? "for agents and programs" : `${plural(data.length, "token")} for agents and programs`}>
      {error !== null && <ErrorState what="Not loaded:" why={errorText(error)} onRetry={() => void refetch()} />}
      {data === undefined ? error === null && <SkeletonRows rows={2} label="Loading tokens" />
        : data.length === 0 ? <EmptyState>No token exists. Agents get theirs from “Add a server”; programs get one here.</EmptyState>
          : <DataTable label="Tokens" columns={columnsFor(setEnded)} rows={data} rowKey={(token) => String(token.id)} />}
      <AddToken />
      {ended !== null && <EndToken token={ended} onClose={() => setEnded(null)} />}
    </Panel>
  );
}

function mayOf(token: Token): string {
  return token.kind === "agent" ? "agent: writes samples, nothing else" : `program: ${token.role ?? "viewer"}`;
}

function columnsFor(onEnd: (token: Token) => void): Column<Token>[] {
  return [
    { id: "name", header: "Name", lead: true, cell: (token) => <b className="strong">{token.name}</b> },
    { id: "may", header: "May", cell: (token) => <span className="ink2">{mayOf(token)}</span> },
    { id: "used", header: "Last used", cell: (token) => <span className="ink2">{token.lastUsedMs === null ? "never" : <><Since at={token.lastUsedMs} /> ago{token.lastUsedFrom !== null && ` from ${token.lastUsedFrom}`}</>}</span> },
    { id: "ends", header: "Ends", desktopOnly: true, cell: (token) => <span className="ink2">{token.expiresMs === null ? "never" : <TimeText at={token.expiresMs} />}</span> },
    { id: "act", header: "", align: "right", cell: (token) => <Button small onClick={() => onEnd(token)}>{`Delete ${token.name}`}</Button> },
  ];
}

const ENDS = [{ value: "720", label: "30 days" }, { value: "2160", label: "90 days" }, { value: "8760", label: "1 year" }, { value: "", label: "never" }] as const;
const KINDS = [{ value: "api", label: "Program (API)" }, { value: "agent", label: "Agent" }] as const;

function AddToken() {
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [kind, setKind] = useState<Token["kind"]>("api");
  const [role, setRole] = useState<Role>("viewer");
  const [hours, setHours] = useState("2160");
  const [tried, setTried] = useState(false);
  const [made, setMade] = useState<CreatedToken | null>(null);
  const add = useMutation({
    mutationFn: () => createToken({ name: name.trim(), kind, ...(kind === "api" ? { role } : {}), ...(hours === "" ? {} : { expiresInHours: Number(hours) }) }),
    onSuccess: async (token) => { setMade(token); setName(""); setTried(false); await client.invalidateQueries({ queryKey: ["tokens"] }); },
  });
  const nameError = tried && name.trim() === "" ? "Say what it is for." : add.error instanceof ApiError && add.error.field === "name" ? errorText(add.error) : null;
  const submit = () => { setTried(true); if (name.trim() !== "") add.mutate(); };
  return (
    <>
      {made !== null && (
        <div className={styles.secret} role="status">
          <p className="small"><b>{made.name}: copy the token now.</b> <span className="ink2">It is shown this once; the server keeps only a check of it.</span></p>
          <CodeBlock text={made.token} label="Token" primary />
        </div>
      )}
      <form className={styles.form} noValidate aria-label="Make a token" onSubmit={(event) => { event.preventDefault(); submit(); }}>
        <TextField label="Name" value={name} onChange={setName} error={nameError} placeholder="what it is for" autoComplete="off" />
        <SelectField label="For" value={kind} options={KINDS} onChange={(value) => setKind(value === "agent" ? "agent" : "api")} />
        {kind === "api" && <SelectField label="Role" value={role} options={ROLES} onChange={(value) => setRole(roleOf(value))} />}
        <SelectField label="Ends after" value={hours} options={ENDS} onChange={setHours} />
        <Button type="submit" busy={add.isPending}>Make token</Button>
      </form>
      {add.error !== null && nameError === null && <ErrorState what="Not made:" why={errorText(add.error)} />}
    </>
  );
}

function EndToken({ token, onClose }: { token: Token; onClose: () => void }) {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => deleteToken(token.id),
    onSuccess: async () => { await client.invalidateQueries({ queryKey: ["tokens"] }); onClose(); },
  });
  const consequence = token.kind === "agent" ? "Every agent that sends with it is refused from now on and keeps its samples until it gets another token." : "Every program that uses it is refused from now on.";
  return (
    <Dialog narrow title={`Delete ${token.name}`} onClose={onClose}>
      <ConfirmByName action="Delete token" name={token.name} consequence={consequence} busy={remove.isPending} onConfirm={() => remove.mutate()} />
      {remove.error !== null && <ErrorState what="Not deleted:" why={errorText(remove.error)} />}
    </Dialog>
  );
}
