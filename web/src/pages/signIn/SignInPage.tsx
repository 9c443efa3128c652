import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ApiError, errorText } from "../../api/client";
import { signIn } from "../../api/endpoints";
import { sessionQuery } from "../../api/queries";
import { links } from "../../routes/links";
import { useParams } from "../../routes/router";
import { useSession } from "../../state/session";
import { Button } from "../../ui/Button";
import { TextField } from "../../ui/Field";
import { EntryForm, EntryPage } from "./EntryPage";

export function SignInPage() {
  const session = useSession();
  const [params] = useParams();
  const cameFromSetup = (params.get("next") ?? "").startsWith(links.setup());
  const lead = cameFromSetup
    ? "That set-up link has done its work: an administrator exists. Sign in with that name, or ask the administrator for an account."
    : `The dashboard of ${session.serverHost}.`;
  return (
    <EntryPage
      name="Sign in" title="Sign in" lead={lead}
      note={<>Password lost? An administrator can set a new one in Settings. On the server itself: <code>./run.sh user reset-password NAME</code></>}
    >
      <SignInForm />
    </EntryPage>
  );
}

function SignInForm() {
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const enter = useMutation({
    mutationFn: () => signIn(name.trim(), password),
    // The gate sees the new session and goes to where one came from.
    onSuccess: (session) => client.setQueryData(sessionQuery().queryKey, session),
    onError: () => setPassword(""),
  });
  const submit = () => {
    setTried(true);
    if (name.trim() !== "" && password !== "") enter.mutate();
  };
  return (
    <EntryForm onSubmit={submit} refused={enter.error === null || enter.isPending ? null : refusal(enter.error)}>
      <TextField
        label="Name" value={name} onChange={setName} autoComplete="username" autoFocus
        error={tried && name.trim() === "" ? "Give the name of your account." : null}
      />
      <TextField
        label="Password" type="password" value={password} onChange={setPassword} autoComplete="current-password"
        error={tried && password === "" && enter.error === null ? "Give your password." : null}
      />
      <Button kind="primary" type="submit" busy={enter.isPending}>{enter.isPending ? "Signing in…" : "Sign in"}</Button>
    </EntryForm>
  );
}

/** The reason without the operator's way out, which stands below the card anyway. */
function refusal(error: Error): string {
  if (error instanceof ApiError && error.status === 401) return "Name or password is wrong.";
  return errorText(error);
}
