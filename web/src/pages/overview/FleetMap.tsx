import { Filter, Rows3 } from "lucide-react";
import { memo, useMemo, useState, type KeyboardEvent, type ReactNode } from "react";
import type { HostState, HostSummary } from "../../api/types";
import { formatDuration, plural } from "../../lib/format";
import { fits, groupHosts, groupings, type Group } from "../../lib/fleet";
import { links } from "../../routes/links";
import { useParams } from "../../routes/router";
import { cx } from "../../ui/cx";
import { SelectField, TextField } from "../../ui/Field";
import { hostWord } from "../../ui/Glyph";
import { Panel } from "../../ui/Panel";
import { EmptyState } from "../../ui/States";
import styles from "./Fleet.module.css";

const NONE = "none";
/** From here on cells are small. */
const MANY = 1500;

/** Every host a cell of one size, grouped by a label, in an order that never changes. */
export function FleetMap({ hosts, nowMs }: { hosts: readonly HostSummary[]; nowMs: number }) {
  const [params, setParams] = useParams();
  const options = useMemo(() => groupings(hosts), [hosts]);
  const wanted = params.get("group") ?? options[0] ?? NONE;
  const label = wanted === NONE || !options.includes(wanted) ? null : wanted;
  const filter = params.get("filter") ?? "";
  const groups = useMemo(() => groupHosts(hosts.filter((host) => fits(host, filter)), label), [hosts, filter, label]);
  const shown = groups.reduce((sum, group) => sum + group.hosts.length, 0);
  return (
    <Panel
      className={styles.panel} title="Every host" meta={filter === "" ? plural(hosts.length, "host") : `${shown} of ${plural(hosts.length, "host")}`}
      actions={
        <>
          <Legend />
          <SelectField
            label="Group by" hideLabel icon={<Rows3 size={14} aria-hidden="true" />} value={label ?? NONE} onChange={(value) => setParams({ group: value === options[0] ? null : value }, { replace: true })}
            options={[...options.map((option) => ({ value: option, label: `By ${option}` })), { value: NONE, label: "No groups" }]}
          />
          <TextField
            label="Filter hosts" hideLabel type="search" icon={<Filter size={14} aria-hidden="true" />} placeholder="name, site=fra, state=silent" trailing={<kbd>/</kbd>}
            value={filter} onChange={(text) => setParams({ filter: text }, { replace: true })}
          />
        </>
      }
    >
      {shown === 0
        ? <EmptyState glyph="none">No host fits “{filter}”. <button type="button" className="link" onClick={() => setParams({ filter: null })}>Show all {hosts.length}</button></EmptyState>
        : <Cells groups={groups} label={label} small={hosts.length >= MANY} nowMs={nowMs} />}
    </Panel>
  );
}

function Legend() {
  return (
    <span className={styles.legend} aria-hidden="true">
      <span><i className={cx(styles.cell, styles.critical)} />Critical</span>
      <span><i className={cx(styles.cell, styles.warning)} />Warning</span>
      <span><i className={cx(styles.cell, styles.silent)} />No data</span>
      <span><i className={cx(styles.cell, styles.learning)} />Learning</span>
      <span><i className={styles.cell} /><i className={cx(styles.cell, styles.odd1)} /><i className={cx(styles.cell, styles.odd2)} /><i className={cx(styles.cell, styles.odd3)} />As usual … odd</span>
    </span>
  );
}

interface CellsProps { groups: readonly Group<HostSummary>[]; label: string | null; small: boolean; nowMs: number }

/** One stop for the Tab key; the arrows move inside. */
function Cells({ groups, label, small, nowMs }: CellsProps) {
  const [focus, setFocus] = useState<string | null>(null);
  const [tip, setTip] = useState<string | null>(null);
  const first = groups[0]?.hosts[0]?.host ?? "";
  const known = focus !== null && groups.some((group) => group.hosts.some((host) => host.host === focus)) ? focus : first;
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const from = event.target instanceof HTMLElement ? event.target.dataset["host"] ?? known : known;
    const next = neighbour(groups, from, event.key);
    if (next === null) return;
    event.preventDefault();
    setFocus(next);
    event.currentTarget.querySelector<HTMLElement>(`[data-host="${CSS.escape(next)}"]`)?.focus();
  };
  return (
    <div className={cx(styles.groups, small && styles.small)} role="grid" aria-label="Hosts by state" onKeyDown={onKeyDown} onPointerLeave={() => setTip(null)}>
      {groups.map((group) => (
        <div key={group.name} className={styles.group} role="row" aria-label={group.name === "" ? "Hosts" : group.name}>
          {label !== null && <div className={styles.groupName} role="rowheader"><b>{group.name === "" ? `no ${label}` : group.name}</b> <span>{group.hosts.length}</span> <Summary hosts={group.hosts} nowMs={nowMs} /></div>}
          <GroupCells
            hosts={group.hosts} tabbable={holds(group, known) ? known : null} onPoint={setTip}
            {...(tip !== null && holds(group, tip) ? { tip, nowMs } : {})}
          />
        </div>
      ))}
    </div>
  );
}

const holds = (group: Group<HostSummary>, name: string) => group.hosts.some((host) => host.host === name);

interface GroupCellsProps { hosts: readonly HostSummary[]; tabbable: string | null; onPoint: (host: string | null) => void; tip?: string; nowMs?: number }

/** The cells of a group: drawn again only when something in them changes, not with the clock, for there may be ten thousand. */
const GroupCells = memo(function GroupCells({ hosts, tabbable, onPoint, tip, nowMs }: GroupCellsProps) {
  return (
    <div className={styles.cells} role="presentation">
      {hosts.map((host) => (
        <Cell
          key={host.host} host={host.host} state={host.state} unusual={host.unusual} tabbable={host.host === tabbable} onPoint={onPoint}
          tip={tip === host.host && nowMs !== undefined ? <Tip host={host} nowMs={nowMs} /> : null}
        />
      ))}
      <AsUsual hosts={hosts} />
    </div>
  );
});

function neighbour(groups: readonly Group<HostSummary>[], from: string, key: string): string | null {
  const all = groups.flatMap((group) => group.hosts.map((host) => host.host));
  const at = all.indexOf(from);
  const row = groups.findIndex((group) => group.hosts.some((host) => host.host === from));
  const column = groups[row]?.hosts.findIndex((host) => host.host === from) ?? 0;
  const inRow = (target: number) => {
    const hosts = groups[target]?.hosts;
    return hosts?.[Math.min(column, hosts.length - 1)]?.host ?? null;
  };
  switch (key) {
    case "ArrowRight": return all[at + 1] ?? null;
    case "ArrowLeft": return all[at - 1] ?? null;
    case "ArrowDown": return inRow(row + 1);
    case "ArrowUp": return inRow(row - 1);
    case "Home": return groups[row]?.hosts[0]?.host ?? null;
    case "End": return groups[row]?.hosts.at(-1)?.host ?? null;
    default: return null;
  }
}

interface CellProps { host: string; state: HostState; unusual: number; tabbable: boolean; tip: ReactNode; onPoint: (host: string | null) => void }

const ODD = [undefined, styles.odd1, styles.odd2, styles.odd3];

const Cell = memo(function Cell({ host, state, unusual, tabbable, tip, onPoint }: CellProps) {
  const odd = unusual > 1 ? ", unusual" : "";
  return (
    <a
      href={links.host(host)} role="gridcell" data-host={host} tabIndex={tabbable ? 0 : -1} aria-label={`${host}, ${hostWord(state).toLowerCase()}${odd}`}
      className={cx(styles.cell, styles[state], state === "ok" && ODD[Math.min(3, unusual)], state === "ok" && unusual < 3 && styles.quiet, tip !== null && styles.pointed)}
      onPointerEnter={() => onPoint(host)} onFocus={() => onPoint(host)} onBlur={() => onPoint(null)}
    >
      {state === "warning" && <svg viewBox="0 0 12 12" aria-hidden="true"><path className={styles.bang} d="M6 1.6v5.2M6 9.4v.8" /></svg>}
      {state === "critical" && <svg viewBox="0 0 12 12" aria-hidden="true"><path className={styles.cross} d="M2.5 2.5l7 7M9.5 2.5l-7 7" /></svg>}
      {tip}
    </a>
  );
});

function Tip({ host, nowMs }: { host: HostSummary; nowMs: number }) {
  const words = host.state === "ok" && host.unusual > 1 ? "as usual, but odd" : host.state === "imported" ? "imported and has sent nothing itself" : hostWord(host.state).toLowerCase();
  const labels = Object.entries(host.labels).map(([name, value]) => `${name} ${value}`);
  return (
    <span className={styles.tip} role="tooltip">
      <span><b>{host.host}</b> is {words}</span>
      {host.sentence !== null && <span>{host.sentence}</span>}
      <span className="ink3">{[...labels, host.system, `${formatDuration(nowMs - host.lastSeenMs)} ago`].filter(Boolean).join(" · ")}</span>
    </span>
  );
}

function Summary({ hosts, nowMs }: { hosts: readonly HostSummary[]; nowMs: number }) {
  const of = (state: HostState) => hosts.filter((host) => host.state === state);
  const silent = of("silent");
  const longest = Math.max(...silent.map((host) => nowMs - host.lastSeenMs));
  const parts = [
    of("critical").length > 0 && <span key="critical" className="critText">{of("critical").length} critical</span>,
    of("warning").length > 0 && <span key="warning" className="warnText">{plural(of("warning").length, "warning")}</span>,
    silent.length > 0 && <span key="silent">{silent.length} silent for {formatDuration(longest)}</span>,
    of("learning").length > 0 && <span key="learning">{of("learning").length} learning</span>,
    of("imported").length > 0 && <span key="imported">{of("imported").length} imported</span>,
  ].filter((part) => part !== false);
  return <em>{parts.map((part, index) => [index > 0 ? " · " : "", part])}</em>;
}

/** On phones only what is not as usual has a cell. */
function AsUsual({ hosts }: { hosts: readonly HostSummary[] }) {
  const usual = hosts.filter((host) => host.state === "ok" && host.unusual < 3).length;
  return usual === 0 ? null : <span className={styles.asUsual} aria-hidden="true">{usual === hosts.length ? "all as usual" : `and ${usual} as usual`}</span>;
}
