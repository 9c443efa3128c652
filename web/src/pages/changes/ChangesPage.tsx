import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { errorText } from "../../api/client";
import { changesQuery } from "../../api/queries";
import type { ChangeItem, ChangeList } from "../../api/types";
import { Sparkline } from "../../charts/Sparkline";
import { formatCount, formatDuration, formatValue, plural } from "../../lib/format";
import { formatClock, formatSpan, formatTime, timeTooltip, zoneName } from "../../lib/time";
import { links } from "../../routes/links";
import { useParams } from "../../routes/router";
import { serverNow } from "../../state/live";
import { windowAt } from "../../state/timeRange";
import { ButtonLink } from "../../ui/Button";
import { cx } from "../../ui/cx";
import { Panel } from "../../ui/Panel";
import { EmptyState, ErrorState, SkeletonRows } from "../../ui/States";
import { useNow } from "../../ui/TimeText";
import { useCursor } from "../../ui/useCursor";
import { Page } from "../frame/Page";
import { useTimeRange } from "../frame/RangePicker";
import styles from "./Changes.module.css";
import { chanceText, movedFirst, movedText, pointsOf, subjectAndRest } from "./model";

const LIMIT = 30;

/** What changed in a window: every series compared with the time before it, strongest first. */
export function ChangesPage() {
  const [params] = useParams();
  const [range] = useTimeRange();
  const host = params.get("host") ?? undefined;
  useNow();
  const nowMs = serverNow();
  // A moving window asks anew once a minute, not with every tick.
  const shown = windowAt(range, range.kind === "last" ? Math.floor(nowMs / 60_000) * 60_000 : nowMs);
  const { data, error, refetch, isFetching } = useQuery(changesQuery({
    fromMs: Math.round(shown.fromMs), toMs: Math.round(shown.toMs), limit: LIMIT, ...(host === undefined ? {} : { host }),
  }));
  return (
    <Page name="What changed" above={host === undefined ? [{ label: "Hosts", href: links.hosts() }] : [{ label: host, href: links.host(host) }]} ranged>
      <div className={styles.head}>
        <h1 className="title">{headline(data, host)} <span>{formatSpan(shown.fromMs, shown.toMs, nowMs)} {zoneName(nowMs)}</span></h1>
        <div className={styles.scope} role="group" aria-label="Hosts to look at">
          {host !== undefined && <ButtonLink small href={links.changes(shown.fromMs, shown.toMs)}>Look on all hosts</ButtonLink>}
        </div>
      </div>
      {error !== null ? <Panel title="Changes"><ErrorState what="Not answered:" why={errorText(error)} onRetry={() => void refetch()} /></Panel>
        : data === undefined ? <Panel title="Changes"><SkeletonRows rows={6} label="Comparing all series" /></Panel>
        : <Changes list={data} busy={isFetching} host={host} nowMs={nowMs} />}
    </Page>
  );
}

function headline(list: ChangeList | undefined, host: string | undefined): React.ReactNode {
  const mark = list === undefined ? "?" : ".";
  // The name of a host is not broken at its hyphens.
  const where = host === undefined ? `all hosts${mark}` : <bdi className={styles.host}>{host}{mark}</bdi>;
  return <>{list?.items.length === 0 ? "Nothing changed" : "What changed"} on {where}</>;
}

function Changes({ list, busy, host, nowMs }: { list: ChangeList; busy: boolean; host: string | undefined; nowMs: number }) {
  const [cursor, setCursor] = useCursor(list.items.length, (index) => {
    document.querySelectorAll<HTMLAnchorElement>("[data-change]")[index]?.click();
  });
  const first = useMemo(() => movedFirst(list.items), [list.items]);
  return (
    <Panel
      title="Changes" meta={<>{formatCount(list.compared)} series compared with {formatDuration(list.fromMs - list.baselineFromMs)} before, in {formatValue(Math.max(1, list.tookMs) / 1000, "seconds")}</>}
      actions={busy ? <span className="meta" role="status">asking again…</span> : list.items.length > 1 && <span className={cx("meta", styles.desk)}>strongest first</span>}
      footer={<span>{chanceOf(list)} The first to move is most often the cause.</span>}
    >
      {list.silentHosts.length > 0 && <p className={styles.silent}><b>{list.silentHosts.slice(0, 5).join(", ")}</b>{list.silentHosts.length > 5 && ` and ${list.silentHosts.length - 5} more`} stopped sending in this window.</p>}
      {list.items.length === 0 ? <EmptyState>{list.compared === 0 ? "No series has samples in this window." : "Every series goes on as it did before the window."}</EmptyState> : (
        <ol>
          {list.items.map((item, index) => (
            <li key={item.query + item.host} className={cx(styles.row, index === cursor && styles.cursor)} onPointerEnter={() => { if (cursor !== null) setCursor(index); }}>
              <span className={styles.number}>{index + 1}</span>
              <Change item={item} list={list} nowMs={nowMs} showHost={host === undefined} first={item === first} />
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}

/** What chance does is known from how earlier windows looked, where they are stored. */
function chanceOf(list: ChangeList): string {
  if (list.changed === null) return "Too little history is stored before to tell change from chance: this is an order, no more.";
  return list.changed === 0 ? "None is beyond chance among so many series." : `${plural(list.changed, "series", "series")} changed beyond chance, one in twenty of them by chance: so say ${formatCount(list.earlier)} earlier windows.`;
}

interface ChangeProps { item: ChangeItem; list: ChangeList; nowMs: number; showHost: boolean; first: boolean }

function Change({ item, list, nowMs, showHost, first }: ChangeProps) {
  const [subject, rest] = subjectAndRest(item);
  const points = useMemo(() => pointsOf(item, list), [item, list]);
  const values = points.map((point) => point.value);
  const lowest = Math.min(...values);
  const highest = Math.max(...values);
  return (
    <>
      <div className={styles.what}>
        <p className={styles.say}><a data-change href={placeOf(item, list)} title={item.query}><b>{subject}</b></a>{rest}</p>
        <p className={styles.more}>
          {first && <b>moved first · </b>}
          {showHost && item.hostCount > 1 && <span title={item.hosts.join(", ")}>{item.hostCount} hosts · </span>}
          {item.copies > 0 && <>{plural(item.copies, "copy", "copies")} alike · </>}
          {item.alike.length > 0 && <span title={item.alike.join("\n")}>in step: {item.alike.slice(0, 2).join(", ")}{item.alike.length > 2 && ` and ${item.alike.length - 2} more`} · </span>}
          {chanceText(item)}
        </p>
      </div>
      <div className={styles.spark}>
        <Sparkline points={points} fromMs={list.baselineFromMs} toMs={list.toMs} height={34} min={lowest} max={highest === lowest ? lowest + 1 : highest} state="warning" sinceMs={item.sinceMs} />
      </div>
      <span className={styles.moved}>{movedText(item)}</span>
      <time className={styles.since} title={timeTooltip(item.sinceMs)}>{nowMs - item.sinceMs < 86_400_000 ? formatClock(item.sinceMs) : formatTime(item.sinceMs, nowMs)}</time>
    </>
  );
}

/** Where the evidence is: the vital sign's chart, or the metric's, with the baseline in view. */
function placeOf(item: ChangeItem, list: ChangeList): string {
  const window = `from=${list.baselineFromMs}&to=${list.toMs}`;
  if (item.name === "presage_vital") {
    const { vital = "", ...per } = item.labels;
    const [name, value] = Object.entries(per)[0] ?? [];
    const key = name === undefined ? vital : `${vital}{${name}="${value}"}`;
    return `${links.vital(item.host, key)}&${window}`;
  }
  return `${links.host(item.host, "metrics")}&metric=${encodeURIComponent(item.name)}&${window}`;
}
