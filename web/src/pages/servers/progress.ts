import type { EnrolmentProgress, Server } from "../../api/types";
import { formatClockSeconds } from "../../lib/time";
import { plural, significant } from "../../lib/format";
import type { Step } from "../../ui/Steps";

/** How far a new server has come, as steps: the agent has called, the host is known, its samples come, it is learned. */
export function stepsOf(progress: EnrolmentProgress | undefined, servers: readonly Server[], sender: "agent" | "Prometheus"): Step[] {
  const joined = progress?.hosts ?? [];
  const first = joined[0];
  const server = servers.find((known) => known.host === first?.host);
  const reached = progress?.lastUsedMs ?? null;
  const from = progress?.lastUsedFrom ?? null;
  const sends = server !== undefined && server.lastSeenMs > 0;
  const names = joined.length > 1 ? `${first?.host ?? ""} and ${plural(joined.length - 1, "other")} are` : `${first?.host ?? ""} is`;
  const called = reached !== null || first !== undefined;
  return [
    {
      id: "reached", state: called ? "done" : "busy", title: called ? `The ${sender} reached this server` : `Waiting for the ${sender}`,
      detail: reached === null ? "Usually a few seconds after the command ends." : `${formatClockSeconds(reached)}${from === null ? "" : ` from ${from}`}`,
    },
    {
      id: "enrolled", state: first === undefined ? (called ? "busy" : "wait") : "done", title: first === undefined ? "Enrolled" : `${names} enrolled`,
      detail: server === undefined ? "Its name and its system show here." : [server.system, server.agentVersion === null ? null : `agent ${server.agentVersion}`].filter((part) => part !== null).join(", ") || "System not reported.",
    },
    {
      id: "samples", state: sends ? "done" : first === undefined ? "wait" : "busy", title: sends ? "Samples arrive" : "First samples",
      detail: sends ? `${significant(server.samplesPerSecond)} samples/s` : "Usually within 5 s.",
    },
    {
      id: "learning", state: sends ? "busy" : "wait", title: "Learning what is normal",
      detail: "Limits such as “disk full” are watched from the first sample; the usual range is known after 6 min, its days after 2 days, its weeks after 2 weeks.",
    },
  ];
}

export interface EnrolmentWish { label: string; many: boolean; hours: number }

export const HOURS = [{ value: "1", label: "1 hour" }, { value: "24", label: "24 hours" }, { value: "168", label: "7 days" }] as const;

/** "Lets one server join until 15:10." */
export function tokenText(many: boolean, until: string): string {
  return `${many ? "Lets any number of servers" : "Lets one server"} join until ${until}; whoever joined keeps sending after that.`;
}
