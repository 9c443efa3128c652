import { useQuery } from "@tanstack/react-query";
import { Filter, Send, SlidersHorizontal } from "lucide-react";
import { Fragment, useState } from "react";
import { errorText } from "../../api/client";
import { alertsQuery, overviewQuery } from "../../api/queries";
import type { AlertItem, AlertList } from "../../api/types";
import { formatDuration, plural } from "../../lib/format";
import { links } from "../../routes/links";
import { useParams } from "../../routes/router";
import { useMay } from "../../state/session";
import { useShortcut } from "../../state/shortcuts";
import { Button, ButtonLink } from "../../ui/Button";
import { TextField } from "../../ui/Field";
import { EmptyState, ErrorState, SkeletonRows } from "../../ui/States";
import { Segmented } from "../../ui/Tabs";
import { UndoBar } from "../../ui/UndoBar";
import { useNow } from "../../ui/TimeText";
import { useCursor } from "../../ui/useCursor";
import { Page } from "../frame/Page";
import { AlertDetail } from "./AlertDetail";
import { AlertRow } from "./AlertRow";
import styles from "./Alerts.module.css";
import { countsOf, groupsOf, headline, TABS, tabOf, type AlertGroup, type AlertTab } from "./model";
import { SilencedPanel } from "./SilencedPanel";
import { SilencePopover } from "./SilencePopover";
import { useAlertActions, type AlertActions } from "./useAlertActions";

const HISTORY_MAX = 200;

export function AlertsPage() {
  const [params] = useParams();
  const tab = tabOf(params.get("tab"));
  const open = useQuery(alertsQuery({ state: "open" }));
  const history = useQuery({ ...alertsQuery({ state: "history", limit: HISTORY_MAX }), enabled: tab === "history" });
  const actions = useAlertActions();
  const shown = tab === "history" ? history : open;
  const data = shown.data;
  return (
    <Page name="Alerts">
      <Head list={open.data} />
      <Bar list={open.data} tab={tab} />
      {actions.failure !== null && <ErrorState what="" why={actions.failure} />}
      {shown.error !== null && <ErrorState what="Not loaded:" why={errorText(shown.error)} onRetry={() => void shown.refetch()} />}
      {data === undefined ? shown.error === null && <div className={styles.list}><SkeletonRows rows={4} label="Loading alerts" /></div>
        : <List items={data.items} tab={tab} filter={params.get("q") ?? ""} actions={actions} />}
      {tab !== "history" && <Silences list={open.data} actions={actions} />}
      {actions.done !== null && <UndoBar done={actions.done} onGone={actions.dismiss} />}
    </Page>
  );
}

function Silences({ list, actions }: { list: AlertList | undefined; actions: AlertActions }) {
  return <SilencedPanel silences={list?.silences ?? []} offBecause={useOffBecause()} onEnd={actions.end} />;
}

function useOffBecause(): string | null {
  return useMay("operator") ? null : "Your role, viewer, may look. Operators acknowledge and silence.";
}

function Head({ list }: { list: AlertList | undefined }) {
  const now = useNow();
  const { lead, rest } = list === undefined ? { lead: "Alerts", rest: "" } : headline(list.items, now);
  return (
    <div className={styles.head}>
      <h1 className="title">{lead} <span>{rest}</span></h1>
      <div className={styles.buttons}>
        <ButtonLink href={links.rules()} icon={<SlidersHorizontal size={16} aria-hidden="true" />}>Rules</ButtonLink>
        <ButtonLink href={links.channels()} icon={<Send size={16} aria-hidden="true" />}>Channels</ButtonLink>
      </div>
    </div>
  );
}

function Bar({ list, tab }: { list: AlertList | undefined; tab: AlertTab }) {
  const [params, change] = useParams();
  const counts = list === undefined ? null : countsOf(list.items);
  const segments = TABS.map(({ id, label }) => ({ id, label, ...(counts === null || id === "history" ? {} : { count: String(counts[id]) }) }));
  return (
    <div className={styles.bar}>
      <Segmented label="Which alerts" segments={segments} current={tab} onChange={(id) => change({ tab: id === "all" ? null : id, alert: null })} />
      <div className={styles.filter}>
        <TextField
          label="Filter alerts" hideLabel type="search" placeholder="host, rule or label = value" value={params.get("q") ?? ""}
          icon={<Filter size={15} aria-hidden="true" />} trailing={<kbd aria-hidden="true">/</kbd>} onChange={(text) => change({ q: text }, { replace: true })}
        />
      </div>
      {list !== undefined && (
        <span className={`meta ${styles.today}`}>Today: {plural(list.today.alerts, "alert")}, {plural(list.today.notifications, "message")} sent</span>
      )}
    </div>
  );
}

interface ListProps { items: readonly AlertItem[]; tab: AlertTab; filter: string; actions: AlertActions }

const ROWS_MAX = 100;

function List({ items, tab, filter, actions }: ListProps) {
  const [params, change] = useParams();
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const [all, setAll] = useState(false);
  const offBecause = useOffBecause();
  const groups = groupsOf(items, tab, filter);
  const rows = groups.flatMap((group) => group.alerts).slice(0, all ? undefined : ROWS_MAX);
  const shown = new Set(rows.map((alert) => alert.id));
  const selected = rows.filter((alert) => chosen.has(alert.id));
  const opened = Number(params.get("alert"));
  const select = (id: number, on: boolean) => setChosen((before) => { const next = new Set(before); if (on) next.add(id); else next.delete(id); return next; });
  const toggle = (alert: AlertItem | undefined) => { if (alert !== undefined) change({ alert: alert.id === opened ? null : String(alert.id) }, { replace: true }); };
  const clear = () => setChosen(new Set());
  const [cursor] = useCursor(rows.length, (index) => toggle(rows[index]));
  const current = cursor === null ? undefined : rows[cursor];
  const targets = selected.length > 0 ? selected : current === undefined ? [] : [current];
  useListKeys({ targets, current, chosen, select, clear, actions, off: offBecause !== null });
  if (rows.length === 0) return <div className={styles.list}><Nothing tab={tab} filtered={filter !== ""} /></div>;
  return (
    <section className={styles.list} aria-label="Alerts">
      {selected.length > 0 && <Selection selected={selected} actions={actions} offBecause={offBecause} clear={clear} />}
      {groups.map((group) => (
        <Group key={group.id} group={group} shown={shown}>
          {(alert) => (
            <Fragment key={alert.id}>
              <AlertRow
                alert={alert} cursor={alert === current} selected={chosen.has(alert.id)} open={alert.id === opened} offBecause={offBecause}
                onSelect={(on) => select(alert.id, on)} onOpen={() => toggle(alert)} onAcknowledge={() => actions.acknowledge([alert])}
                onGiveBack={() => actions.giveBack(alert)} onSilence={actions.silence}
              />
              {alert.id === opened && <AlertDetail alert={alert} />}
            </Fragment>
          )}
        </Group>
      ))}
      {!all && items.length > ROWS_MAX && groups.reduce((sum, group) => sum + group.alerts.length, 0) > ROWS_MAX && (
        <p style={{ padding: 12, textAlign: "center" }}><Button small onClick={() => setAll(true)}>Show all</Button></p>
      )}
    </section>
  );
}

interface KeyProps {
  targets: AlertItem[];
  current: AlertItem | undefined;
  chosen: ReadonlySet<number>;
  select: (id: number, on: boolean) => void;
  clear: () => void;
  actions: AlertActions;
  off: boolean;
}

function useListKeys({ targets, current, chosen, select, clear, actions, off }: KeyProps): void {
  useShortcut("x", "Select the row", () => { if (current !== undefined && current.state !== "resolved") select(current.id, !chosen.has(current.id)); });
  useShortcut("a", "Acknowledge", () => {
    const open = targets.filter((alert) => alert.state === "firing");
    if (open.length > 0 && !off) actions.acknowledge(open);
  });
  useShortcut("s", "Silence", () => {
    const scope = chosen.size > 0 ? "[data-selection]" : "[data-cursor]";
    document.querySelector<HTMLElement>(`main ${scope} [aria-haspopup=dialog]`)?.click();
  });
  useShortcut("Escape", "Clear the selection", clear);
}

function Selection({ selected, actions, offBecause, clear }: { selected: AlertItem[]; actions: AlertActions; offBecause: string | null; clear: () => void }) {
  const open = selected.filter((alert) => alert.state === "firing");
  const hosts = [...new Set(selected.map((alert) => alert.host))];
  const why = open.length === 0 ? "None of them fires without somebody: pending alerts cannot be acknowledged." : offBecause;
  return (
    <div className={styles.selection} data-selection role="region" aria-label="Selection">
      <b>{selected.length} selected</b>
      <span className={`meta ${styles.names}`}>{hosts.join(", ")}</span>
      <Button small kind="primary" hint="a" offBecause={why} onClick={() => { actions.acknowledge(open); clear(); }}>{`Acknowledge ${open.length}`}</Button>
      <SilencePopover alerts={selected} hint="s" offBecause={offBecause} onSilence={(silence) => { actions.silence(silence); clear(); }} />
      <Button small kind="quiet" hint="Esc" onClick={clear}>Clear</Button>
    </div>
  );
}

function Group({ group, shown, children }: { group: AlertGroup; shown: ReadonlySet<number>; children: (alert: AlertItem) => React.ReactNode }) {
  return (
    <div>
      <h2 className={styles.group}>{group.name} <span>{group.alerts.length}</span></h2>
      <ul className={styles.rows}>
        {group.alerts.filter((alert) => shown.has(alert.id)).map((alert) => <li key={alert.id}>{children(alert)}</li>)}
      </ul>
    </div>
  );
}

const NOTHING: Record<AlertTab, string> = {
  all: "Nothing fires.", firing: "Nothing fires.", pending: "Nothing is about to fire.", acknowledged: "Nobody has acknowledged anything that still fires.",
  silenced: "No alert is held back by a silence.", history: "No alert has ended yet.",
};

/** The proof that somebody looked. */
function Nothing({ tab, filtered }: { tab: AlertTab; filtered: boolean }) {
  const [, change] = useParams();
  const { data } = useQuery(overviewQuery());
  const now = useNow();
  if (filtered) return <EmptyState action={<Button small onClick={() => change({ q: null })}>Clear the filter</Button>}>No alert here matches the filter.</EmptyState>;
  const watching = data?.watching;
  if (watching === undefined || watching.lastEvaluationMs === null) return <EmptyState>{NOTHING[tab]} {watching !== undefined && "The rules have not looked yet; they start with the first samples."}</EmptyState>;
  return (
    <EmptyState>
      {NOTHING[tab]} {plural(watching.rules, "rule has", "rules have")} looked {plural(watching.evaluationsEach, "time")} each; the last look
      was {formatDuration(Math.max(0, now - watching.lastEvaluationMs))} ago.
    </EmptyState>
  );
}
