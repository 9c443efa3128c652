import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, use, useEffect, type ReactNode } from "react";
import { whenSignedOut } from "../api/client";
import { sessionQuery } from "../api/queries";
import type { Role, Session } from "../api/types";

/** Who is looking, and what they may do. */
const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = use(SessionContext);
  if (session === null) throw new Error("useSession needs a SessionProvider above it.");
  return session;
}

const RANK: Record<Role, number> = { viewer: 0, operator: 1, administrator: 2 };

/** Whether the reader has at least this role; without sign-in everything is allowed. */
export function mayAct(session: Session, role: Role): boolean {
  if (session.auth === "none") return true;
  return session.user !== null && RANK[session.user.role] >= RANK[role];
}

export function useMay(role: Role): boolean {
  return mayAct(useSession(), role);
}

/** Where the reader must go before anything else, or null. */
export function gateOf(session: Session): "setup" | "sign-in" | null {
  if (session.setupRequired) return "setup";
  return session.auth === "password" && session.user === null ? "sign-in" : null;
}

interface ProviderProps {
  children: (session: Session) => ReactNode;
  loading: ReactNode;
  failed: (error: Error, retry: () => void) => ReactNode;
}

export function SessionProvider({ children, loading, failed }: ProviderProps) {
  const client = useQueryClient();
  const { data, error, refetch } = useQuery(sessionQuery());
  useEffect(() => whenSignedOut(() => void client.invalidateQueries({ queryKey: ["session"] })), [client]);
  if (data !== undefined) return <SessionContext value={data}>{children(data)}</SessionContext>;
  return error === null ? loading : failed(error, () => void refetch());
}
