import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ApiError, errorText } from "../../api/client";
import { setUp } from "../../api/endpoints";
import { sessionQuery } from "../../api/queries";
import { nameProblem, PASSWORD_MIN, passwordProblem } from "../../lib/account";
import { useParams } from "../../routes/router";
import { useSession } from "../../state/session";
import { Button } from "../../ui/Button";
import { CodeBlock } from "../../ui/CodeBlock";
import { TextField } from "../../ui/Field";
import { EntryForm, EntryPage } from "../signIn/EntryPage";

/** The first visit: creates the administrator with the token of the link that the server printed. */
export function SetupPage() {
  const [params] = useParams();
  const token = params.get("token") ?? "";
  const [refused, setRefused] = useState<string | null>(null);
  if (token === "") return <BadLink why="This address lacks the token that the set-up link ends with." />;
  if (refused !== null) return <BadLink why={refused} />;
  return <CreateAdministrator token={token} onBadLink={setRefused} />;
}

/** Why the link does not work, and how to get one that does. */
function BadLink({ why }: { why: string }) {
  const { serverHost, listen } = useSession();
  return (
    <EntryPage
      name="Set up" title="This link does not set up the server"
      lead={`${why} A link works once, and only the one printed last.`}
      note={`Whoever can run a command on ${serverHost} may set up its Presage; nobody else can.`}
    >
      <p className="small ink2" style={{ marginBottom: 8 }}>On {serverHost}, in the folder of Presage, print a new link and open it:</p>
      <CodeBlock text="./run.sh setup-link" label="Command that prints a new link" primary />
      <p className="meta" style={{ marginTop: 10 }}>Starting the server prints one as well. It listens on {listen}.</p>
    </EntryPage>
  );
}

function CreateAdministrator({ token, onBadLink }: { token: string; onBadLink: (why: string) => void }) {
  const { serverHost } = useSession();
  return (
    <EntryPage
      name="Set up" title="Create the administrator"
      lead={<>
        Presage watches {serverHost} already. Until an administrator exists it answers only to this machine, so that no
        stranger can take it. Create yours, and it opens to the network as configured.
      </>}
      note="The administrator may do everything: add people and servers, change rules and channels. More accounts can be made in Settings."
    >
      <AdministratorForm token={token} onBadLink={onBadLink} />
    </EntryPage>
  );
}

interface Account { name: string; password: string; repeat: string }

function problemsOf({ name, password, repeat }: Account): Record<keyof Account, string | null> {
  return {
    name: nameProblem(name.trim()),
    password: passwordProblem(password),
    repeat: repeat === password ? null : "The two passwords differ.",
  };
}

function AdministratorForm({ token, onBadLink }: { token: string; onBadLink: (why: string) => void }) {
  const client = useQueryClient();
  const [account, setAccount] = useState<Account>({ name: "", password: "", repeat: "" });
  const [tried, setTried] = useState(false);
  const set = (field: keyof Account) => (value: string) => setAccount((before) => ({ ...before, [field]: value }));
  const create = useMutation({
    mutationFn: () => setUp(token, account.name.trim(), account.password),
    onSuccess: (session) => client.setQueryData(sessionQuery().queryKey, session),
    onError: (error) => {
      if (!(error instanceof ApiError)) return;
      if (error.field === "token" || error.status === 401 || error.status === 403) onBadLink(error.message);
      if (error.status === 409) void client.invalidateQueries({ queryKey: sessionQuery().queryKey });
    },
  });
  const problems = problemsOf(account);
  const shown = (field: keyof Account) => (tried ? problems[field] : null) ?? serverProblem(create.error, field);
  const submit = () => {
    setTried(true);
    if (Object.values(problems).every((problem) => problem === null)) create.mutate();
  };
  const general = create.error === null || create.isPending || isOfField(create.error) ? null : errorText(create.error);
  return (
    <EntryForm onSubmit={submit} refused={general}>
      <TextField label="Name" value={account.name} onChange={set("name")} autoComplete="username" autoFocus error={shown("name")}
        hint="What you sign in with, and what others see when you acknowledge an alert." />
      <TextField label="Password" type="password" value={account.password} onChange={set("password")} autoComplete="new-password"
        error={shown("password")} hint={`At least ${PASSWORD_MIN} characters. A short sentence is easy to remember.`} />
      <TextField label="Repeat password" type="password" value={account.repeat} onChange={set("repeat")} autoComplete="new-password"
        error={shown("repeat")} />
      <Button kind="primary" type="submit" busy={create.isPending}>{create.isPending ? "Creating…" : "Create administrator"}</Button>
    </EntryForm>
  );
}

function isOfField(error: Error): boolean {
  return error instanceof ApiError && (error.field === "name" || error.field === "password");
}

function serverProblem(error: Error | null, field: keyof Account): string | null {
  return error instanceof ApiError && error.field === field ? errorText(error) : null;
}
