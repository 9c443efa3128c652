import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ApiError, errorText } from "../../api/client";
import { createUser, deleteUser, updateUser } from "../../api/endpoints";
import { usersQuery } from "../../api/queries";
import type { Role, User } from "../../api/types";
import { nameProblem, passwordProblem, PASSWORD_MIN } from "../../lib/account";
import { plural } from "../../lib/format";
import { useMay, useSession } from "../../state/session";
import { Button } from "../../ui/Button";
import { ConfirmByName } from "../../ui/ConfirmByName";
import { DataTable, type Column } from "../../ui/DataTable";
import { Dialog } from "../../ui/Dialog";
import { SelectField, TextField } from "../../ui/Field";
import { Panel } from "../../ui/Panel";
import { EmptyState, ErrorState, SkeletonRows } from "../../ui/States";
import { Since, TimeText } from "../../ui/TimeText";
import styles from "./Settings.module.css";

export const ROLES: readonly { value: Role; label: string; may: string }[] = [
  { value: "viewer", label: "Viewer", may: "looks" },
  { value: "operator", label: "Operator", may: "looks, acknowledges, silences, changes rules and channels, adds servers" },
  { value: "administrator", label: "Administrator", may: "everything, also people and tokens" },
];

export function roleOf(text: string): Role {
  return ROLES.find((role) => role.value === text)?.value ?? "viewer";
}

/** Why a panel of the administrator is closed, or null. */
export function useAdministratorOnly(): string | null {
  const { user } = useSession();
  return useMay("administrator") ? null : `Your role, ${user?.role ?? "viewer"}, does not show this. Ask an administrator.`;
}

export function UsersPanel() {
  const closed = useAdministratorOnly();
  const { data, error, refetch } = useQuery({ ...usersQuery(), enabled: closed === null });
  const { auth } = useSession();
  const [edited, setEdited] = useState<User | null>(null);
  const meta = data === undefined ? undefined : plural(data.length, "account");
  if (closed !== null) return <Panel title="People"><EmptyState glyph="none">{closed}</EmptyState></Panel>;
  return (
    <Panel title="People" meta={meta}>
      {auth === "none" && <EmptyState>This server runs without sign-in, so accounts are not asked for. They count again when it starts without <code>--auth none</code>.</EmptyState>}
      {error !== null && <ErrorState what="Not loaded:" why={errorText(error)} onRetry={() => void refetch()} />}
      {data === undefined ? error === null && <SkeletonRows rows={2} label="Loading people" />
        : data.length > 0 && <DataTable label="People" columns={columnsFor(setEdited)} rows={data} rowKey={(user) => user.name} />}
      <AddUser />
      {edited !== null && <EditUser key={edited.name} user={edited} onClose={() => setEdited(null)} />}
    </Panel>
  );
}

function columnsFor(onEdit: (user: User) => void): Column<User>[] {
  return [
    { id: "name", header: "Name", lead: true, cell: (user) => <b className="strong">{user.name}</b> },
    { id: "role", header: "Role", cell: (user) => ROLES.find((role) => role.value === user.role)?.label ?? user.role },
    { id: "seen", header: "Last here", cell: (user) => <span className="ink2">{user.lastSeenMs === null ? "never" : <><Since at={user.lastSeenMs} /> ago</>}</span> },
    { id: "since", header: "Since", desktopOnly: true, cell: (user) => <span className="ink2"><TimeText at={user.createdMs} /></span> },
    { id: "act", header: "", align: "right", cell: (user) => <Button small onClick={() => onEdit(user)}>{`Change ${user.name}`}</Button> },
  ];
}

function useRefresh() {
  const client = useQueryClient();
  return () => Promise.all([client.invalidateQueries({ queryKey: ["users"] }), client.invalidateQueries({ queryKey: ["audit"] })]);
}

function fieldProblem(error: Error | null, field: string): string | null {
  return error instanceof ApiError && error.field === field ? errorText(error) : null;
}

function AddUser() {
  const refresh = useRefresh();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [role, setRole] = useState<Role>("operator");
  const [tried, setTried] = useState(false);
  const add = useMutation({
    mutationFn: () => createUser({ name: name.trim(), role, password }),
    onSuccess: async () => { setName(""); setPassword(""); setTried(false); await refresh(); },
  });
  const submit = () => {
    setTried(true);
    if (nameProblem(name.trim()) === null && passwordProblem(password) === null) add.mutate();
  };
  const general = add.error !== null && fieldProblem(add.error, "name") === null && fieldProblem(add.error, "password") === null ? errorText(add.error) : null;
  return (
    <>
      <form className={styles.form} noValidate aria-label="Add a person" onSubmit={(event) => { event.preventDefault(); submit(); }}>
        <TextField label="Name" value={name} onChange={setName} autoComplete="off" error={(tried ? nameProblem(name.trim()) : null) ?? fieldProblem(add.error, "name")} />
        <TextField label="First password" type="password" value={password} onChange={setPassword} autoComplete="new-password" hint={`At least ${PASSWORD_MIN} characters.`}
          error={(tried ? passwordProblem(password) : null) ?? fieldProblem(add.error, "password")} />
        <div className={styles.double}><SelectField label="Role" value={role} options={ROLES} onChange={(value) => setRole(roleOf(value))} hint={ROLES.find((known) => known.value === role)?.may} /></div>
        <Button type="submit" busy={add.isPending}>Add person</Button>
      </form>
      {general !== null && <ErrorState what="Not added:" why={general} />}
    </>
  );
}

function EditUser({ user, onClose }: { user: User; onClose: () => void }) {
  const refresh = useRefresh();
  const [role, setRole] = useState<Role>(user.role);
  const [password, setPassword] = useState("");
  const done = async () => { await refresh(); onClose(); };
  const save = useMutation({ mutationFn: () => updateUser(user.name, { ...(role === user.role ? {} : { role }), ...(password === "" ? {} : { password }) }), onSuccess: done });
  const remove = useMutation({ mutationFn: () => deleteUser(user.name), onSuccess: done });
  const problem = password === "" ? null : passwordProblem(password);
  const nothing = role === user.role && password === "";
  return (
    <Dialog narrow title={user.name} onClose={onClose}
      footer={<><Button onClick={onClose}>Cancel</Button><Button kind="primary" busy={save.isPending} offBecause={nothing ? "Nothing is changed yet." : problem} onClick={() => save.mutate()}>Save</Button></>}>
      <div style={{ display: "grid", gap: 14 }}>
        <SelectField label="Role" value={role} options={ROLES} onChange={(value) => setRole(roleOf(value))} hint={ROLES.find((known) => known.value === role)?.may} />
        <TextField label="New password" type="password" value={password} onChange={setPassword} autoComplete="new-password" error={problem ?? fieldProblem(save.error, "password")}
          hint="Leave empty to keep the present one. A new one signs this person out everywhere." />
        {(save.error ?? remove.error) !== null && <ErrorState what="Not done:" why={errorText(save.error ?? remove.error)} />}
        <ConfirmByName action="Delete account" name={user.name} consequence={`${user.name} cannot sign in any more. What this person did stays in the audit log.`} busy={remove.isPending} onConfirm={() => remove.mutate()} />
      </div>
    </Dialog>
  );
}
