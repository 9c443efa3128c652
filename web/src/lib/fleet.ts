/** Grouping, filtering and ordering of hosts, the same on the overview and in the list. */
interface Host {
  host: string;
  labels: Readonly<Record<string, string>>;
  system: string | null;
  state: string;
}

/** Hosts with what the live connection has said of them since; those it says nothing of stay the same objects. */
export function withLive<T extends { host: string }, L extends object>(hosts: readonly T[], live: ReadonlyMap<string, L>): (T | (T & L))[] {
  return hosts.map((host) => {
    const now = live.get(host.host);
    return now === undefined ? host : { ...host, ...now };
  });
}

const names = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** "web-2" before "web-10". */
export function byName(a: { host: string }, b: { host: string }): number {
  return names.compare(a.host, b.host);
}

/** What hosts can be grouped by: every label that any of them has, and the system. */
export function groupings(hosts: readonly Host[]): string[] {
  const labels = new Set(hosts.flatMap((host) => Object.keys(host.labels)));
  const preferred = ["role", "site", "cluster", "environment"].filter((label) => labels.delete(label));
  return [...preferred, ...[...labels].sort(names.compare), ...(hosts.some((host) => host.system !== null) ? ["system"] : [])];
}

export interface Group<T> { name: string; hosts: T[] }

/**
 * The groups, largest first so that they pack well; what has no such label comes last. Inside a group hosts stand by
 * name and never move when their state changes: a place can be learned. `label` null gives one group.
 */
export function groupHosts<T extends Host>(hosts: readonly T[], label: string | null): Group<T>[] {
  const groups = new Map<string, T[]>();
  for (const host of hosts) {
    const name = label === null ? "" : (label === "system" ? host.system : host.labels[label]) ?? "";
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [host]);
    else group.push(host);
  }
  return [...groups]
    .map(([name, members]) => ({ name, hosts: members.sort(byName) }))
    .sort((a, b) => Number(a.name === "") - Number(b.name === "") || b.hosts.length - a.hosts.length || names.compare(a.name, b.name));
}

/**
 * Whether a host fits every term of the filter, separated by blanks or commas: `site=fra` (the value contains it),
 * `state=silent`, or a part of its name.
 */
export function fits(host: Host, filter: string): boolean {
  const terms = filter.toLowerCase().replace(/\s*=\s*/g, "=").split(/[\s,]+/).filter((term) => term !== "");
  return terms.every((term) => {
    const at = term.indexOf("=");
    if (at <= 0) return host.host.toLowerCase().includes(term) || (host.system ?? "").toLowerCase().includes(term);
    const value = term.slice(at + 1);
    return (valueOf(host, term.slice(0, at)) ?? "").toLowerCase().includes(value);
  });
}

function valueOf(host: Host, name: string): string | null {
  if (name === "state") return host.state;
  if (name === "host") return host.host;
  if (name === "os" || name === "system") return host.system;
  const label = Object.keys(host.labels).find((known) => known.toLowerCase() === name);
  return label === undefined ? null : host.labels[label] ?? null;
}
