import { QueryClientProvider } from "@tanstack/react-query";
import { Suspense, useEffect, useLayoutEffect, useState } from "react";
import { errorText } from "../api/client";
import { createQueryClient } from "../api/queries";
import type { Session } from "../api/types";
import { ErrorBoundary } from "../pages/frame/ErrorBoundary";
import { Frame } from "../pages/frame/Frame";
import { FullPageMessage } from "../pages/frame/FullPageMessage";
import { startLive } from "../state/live";
import { gateOf, SessionProvider } from "../state/session";
import { listenForShortcuts } from "../state/shortcuts";
import { useStore } from "../state/store";
import { utcStore } from "../state/zone";
import { startClock } from "../ui/TimeText";
import { links } from "./links";
import { navigate, RouterProvider, useAddress } from "./router";
import { routeFor } from "./routes";

export function App() {
  const [client] = useState(createQueryClient);
  useEffect(() => startClock(), []);
  useLayoutEffect(() => listenForShortcuts(), []);
  return (
    <QueryClientProvider client={client}>
      <RouterProvider>
        <SessionProvider
          loading={null}
          failed={(error, retry) => <FullPageMessage title="The server does not answer." text={errorText(error)} onRetry={retry} />}
        >
          {(session) => <Gate session={session} start={() => startLive(client)} />}
        </SessionProvider>
      </RouterProvider>
    </QueryClientProvider>
  );
}

/** Sends people to set-up or sign-in before anything else, and away from there when they are done. */
function Gate({ session, start }: { session: Session; start: () => () => void }) {
  const { path, search } = useAddress();
  const gate = gateOf(session);
  const target = redirectOf(gate, path, search);
  useEffect(() => {
    if (target !== null) navigate(target, { replace: true });
  }, [target]);
  if (target !== null) return null;
  if (gate !== null) return <Suspense fallback={null}><RouteView /></Suspense>;
  return <SignedIn start={start} />;
}

function redirectOf(gate: "setup" | "sign-in" | null, path: string, search: string): string | null {
  const onSetup = path === links.setup();
  const onSignIn = path === links.signIn();
  if (gate === "setup") return onSetup ? null : links.setup();
  if (gate === "sign-in") return onSignIn ? null : links.signIn(path + search);
  if (!onSetup && !onSignIn) return null;
  const next = new URLSearchParams(search).get("next") ?? "/";
  return next.startsWith("/") && !next.startsWith("//") ? next : "/";
}

function SignedIn({ start }: { start: () => () => void }) {
  useEffect(() => start(), []); // eslint-disable-line react-hooks/exhaustive-deps -- one connection for the life of the session
  return (
    <Frame>
      <Suspense fallback={null}><RouteView /></Suspense>
    </Frame>
  );
}

function RouteView() {
  const { path } = useAddress();
  // Every time on the page is written anew when the zone changes.
  useStore(utcStore);
  const { route, params } = routeFor(path);
  const View = route.view;
  return <ErrorBoundary key={path}><View {...params} /></ErrorBoundary>;
}

