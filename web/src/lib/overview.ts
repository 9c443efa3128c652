import { NBSP, formatCount, formatDuration } from "./format";

/** The title of the overview: one sentence with the answer, and what is less urgent after it. */
interface Facts {
  wrong: readonly { state: string }[];
  watching: { startedMs: number };
}
interface HostFacts { state: string; source: string }

export interface Title { main: string; rest: string }

export function titleOf({ wrong, watching }: Facts, hosts: readonly HostFacts[], nowMs: number): Title {
  if (hosts.length === 0) return { main: "Nothing is watched yet.", rest: "Add the first server." };
  const fires = wrong.filter((alert) => alert.state === "firing" || alert.state === "acknowledged").length;
  const pending = wrong.filter((alert) => alert.state === "pending").length;
  const main = fires > 0 ? `${things(fires)} ${fires === 1 ? "is" : "are"} wrong.` : pending > 0 ? `${things(pending)} may be going wrong.` : "Nothing is wrong.";
  const rest: string[] = [];
  if (fires > 0 && pending > 0) rest.push(`${pending} more ${pending === 1 ? "is" : "are"} being watched.`);
  if (hosts.length === 1) rest.push(watchedText(hosts[0], nowMs - watching.startedMs));
  else rest.push(usualText(hosts));
  return { main, rest: rest.join(" ") };
}

function things(count: number): string {
  return `${count}${NBSP}${count === 1 ? "thing" : "things"}`;
}

function watchedText(host: HostFacts | undefined, sinceMs: number): string {
  if (host?.state === "imported") return "The history of this server was imported; it has not sent anything itself yet.";
  const what = host?.source === "local" ? "this machine" : "this server";
  return `Presage has watched ${what} for ${formatDuration(sinceMs)}.`;
}

function usualText(hosts: readonly HostFacts[]): string {
  const count = (state: string) => hosts.filter((host) => host.state === state).length;
  const usual = count("ok");
  const learning = count("learning");
  const imported = count("imported");
  const sending = hosts.length - imported;
  if (sending === 1 && imported > 0) {
    const how = usual === 1 ? "as usual" : learning === 1 ? "learning" : "not as usual";
    return `1${NBSP}host is ${how}, ${imported} ${imported === 1 ? "is" : "are"} imported.`;
  }
  const text = sending === 0 ? "No host has sent anything itself yet" : usual === sending ? `All ${formatCount(sending)}${NBSP}hosts are as usual` : `${formatCount(usual)} of ${formatCount(sending)}${NBSP}hosts ${usual === 1 ? "is" : "are"} as usual`;
  const others = [[learning, "learning"], [imported, "imported"]] as const;
  return `${[text, ...others.filter(([many]) => many > 0).map(([many, what]) => `${many} ${many === 1 ? "is" : "are"} ${what}`)].join(", ")}.`;
}
