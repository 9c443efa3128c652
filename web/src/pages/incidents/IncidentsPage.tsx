import { useQuery } from "@tanstack/react-query";
import { CalendarRange } from "lucide-react";
import { errorText } from "../../api/client";
import { incidentsQuery } from "../../api/queries";
import type { Incident } from "../../api/types";
import { timeAxis } from "../../charts/scales";
import { formatDuration, plural } from "../../lib/format";
import { formatTime, timeTooltip } from "../../lib/time";
import { links } from "../../routes/links";
import { useParams } from "../../routes/router";
import { serverNow } from "../../state/live";
import { ButtonLink } from "../../ui/Button";
import { cx } from "../../ui/cx";
import { SelectField } from "../../ui/Field";
import { Glyph, type GlyphKind } from "../../ui/Glyph";
import { Panel } from "../../ui/Panel";
import { EmptyState, ErrorState, SkeletonRows } from "../../ui/States";
import { useNow } from "../../ui/TimeText";
import { sentenceOf } from "../alerts/model";
import { Page } from "../frame/Page";
import styles from "./Incidents.module.css";
import { lanesOf, openFirst, storyOf } from "./model";

const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;
const SHOWN_MAX = 100;
const LANES_MAX = 12;
const SPANS = [{ value: "1", label: "Last 24 hours" }, { value: "7", label: "Last 7 days" }, { value: "30", label: "Last 30 days" }] as const;
const GLYPHS: Record<Incident["severity"], GlyphKind> = { critical: "crit", warning: "warn", unusual: "odd" };
const WORDS: Record<Incident["severity"], string> = { critical: "Critical", warning: "Warning", unusual: "Unusual" };

/** What happened, in order: alerts and anomalies of a host that began together, who was told and who looked. */
export function IncidentsPage() {
  const [params, setParams] = useParams();
  useNow();
  const nowMs = serverNow();
  const host = params.get("host") ?? undefined;
  const span = SPANS.find(({ value }) => value === params.get("days")) ?? SPANS[0];
  const toMs = Math.ceil(nowMs / MINUTE_MS) * MINUTE_MS;
  const fromMs = toMs - Number(span.value) * DAY_MS;
  const { data, error, refetch } = useQuery(incidentsQuery({ fromMs, toMs, limit: SHOWN_MAX, ...(host === undefined ? {} : { host }) }));
  return (
    <Page name="Incidents" above={host === undefined ? [] : [{ label: host, href: links.host(host) }]}>
      <div className={styles.head}>
        <h1 className="title">{headline(data, host, span.label)}</h1>
        <div className={styles.tools}>
          {host !== undefined && <a className="link small" href={links.incidents()}>All hosts</a>}
          <SelectField label="How far back" hideLabel icon={<CalendarRange size={14} aria-hidden="true" />} value={span.value} options={SPANS} onChange={(days) => setParams({ days: days === "1" ? null : days }, { replace: true })} />
        </div>
      </div>
      {error !== null && <Panel title="Incidents"><ErrorState what="Not loaded:" why={errorText(error)} onRetry={() => void refetch()} /></Panel>}
      {data === undefined && error === null && <Panel title="Incidents"><SkeletonRows rows={5} label="Loading incidents" /></Panel>}
      {data !== undefined && data.length > 0 && <Lanes incidents={data} fromMs={fromMs} toMs={toMs} nowMs={nowMs} />}
      {data !== undefined && <List incidents={openFirst(data)} nowMs={nowMs} />}
    </Page>
  );
}

function headline(incidents: readonly Incident[] | undefined, host: string | undefined, span: string): React.ReactNode {
  const where = host === undefined ? "" : ` on ${host}`;
  if (incidents === undefined) return `Incidents${where}`;
  const open = incidents.filter((incident) => incident.endMs === null).length;
  const over = incidents.length - open;
  const rest = over === 0 ? "" : `${open === 0 ? "" : "And "}${over}${incidents.length === SHOWN_MAX ? " or more" : ""} over, ${span.toLowerCase()}.`;
  return <>{open === 0 ? "No incident is open" : plural(open, "incident is open", "incidents are open")}{where}. <span>{rest}</span></>;
}

/** Each host a lane, each incident a bar: what came first, and what came together. A bar only leads into the list, which has the words. */
function Lanes({ incidents, fromMs, toMs, nowMs }: { incidents: readonly Incident[]; fromMs: number; toMs: number; nowMs: number }) {
  const lanes = lanesOf(incidents, fromMs, toMs);
  const percent = (part: number) => `${(part * 100).toFixed(2)}%`;
  return (
    <Panel title="When and where" meta={plural(lanes.length, "host")} className={styles.panel}
      {...(lanes.length > LANES_MAX ? { footer: <span>{plural(lanes.length - LANES_MAX, "more host")} in the list below</span> } : {})}>
      <div className={styles.lanes}>
        {lanes.slice(0, LANES_MAX).map((lane) => (
          <div key={lane.host} className={styles.lane}>
            <a className="hostName" href={links.incidents(lane.host)}>{lane.host}</a>
            <div className={styles.track}>
              {lane.bars.map(({ id, left, width, incident }) => (
                <a
                  key={id} href={`#${id}`} className={cx(styles.bar, styles[incident.severity], incident.endMs !== null && styles.over)} style={{ left: `min(${percent(left)}, 100% - 6px)`, width: percent(width) }}
                  title={`${WORDS[incident.severity]}, ${formatTime(incident.startMs, nowMs)}: ${sentenceOf(incident)}`} aria-hidden="true" tabIndex={-1}
                />
              ))}
            </div>
          </div>
        ))}
        <div className={styles.lane} aria-hidden="true">
          <span />
          <div className={styles.axis}>{timeAxis(fromMs, toMs, 6).map(({ at, label }) => <span key={at} style={{ left: `clamp(${label.length / 2}ch, ${percent((at - fromMs) / (toMs - fromMs))}, 100% - ${label.length / 2}ch)` }}>{label}</span>)}</div>
        </div>
      </div>
    </Panel>
  );
}

function List({ incidents, nowMs }: { incidents: readonly Incident[]; nowMs: number }) {
  return (
    <Panel title="Incidents" meta="what is open first">
      {incidents.length === 0 ? <EmptyState>Nothing happened: no alert fired and no host was unlike itself.</EmptyState>
        : <ul>{incidents.map((incident) => <Row key={incident.id} incident={incident} nowMs={nowMs} />)}</ul>}
    </Panel>
  );
}

function Row({ incident, nowMs }: { incident: Incident; nowMs: number }) {
  const open = incident.endMs === null;
  const lastedMs = (incident.endMs ?? nowMs) - incident.startMs;
  return (
    <li id={incident.id} className={styles.row}>
      {incident.state === "acknowledged" ? <Glyph kind="ack" size={18} /> : open ? <Glyph kind={GLYPHS[incident.severity]} size={18} decorative /> : <span />}
      <div className={styles.what}>
        <p className={styles.say}><a href={links.host(incident.host)}><b>{incident.host}</b></a> {sentenceOf(incident)}</p>
        <p className={styles.more}>
          <span className={cx(open && incident.severity === "critical" && "critText", open && incident.severity === "warning" && "warnText")}>{WORDS[incident.severity]}</span>
          {" · "}<time title={timeTooltip(incident.startMs)}>{formatTime(incident.startMs, nowMs)}</time> · {open ? `for ${formatDuration(lastedMs)} so far` : `over after ${formatDuration(Math.max(lastedMs, MINUTE_MS))}`}
          {incident.alerts.length > 0 && ` · ${incident.acknowledgedBy === null ? open ? "nobody has acknowledged" : "nobody acknowledged" : `acknowledged by ${incident.acknowledgedBy}`}`}
        </p>
        <ol className={styles.story} aria-label="What happened">
          {storyOf(incident, nowMs).map((part) => (
            <li key={part.key}>
              <time title={timeTooltip(part.timeMs)}>{formatTime(part.timeMs, nowMs)}</time>
              <span>{part.href === null ? part.what : <a className="link" href={part.href}>{part.what}</a>}{part.detail !== "" && <span className="ink3"> · {part.detail}</span>}</span>
            </li>
          ))}
        </ol>
      </div>
      <span className={styles.ask}><ButtonLink small href={links.changes(incident.startMs - MINUTE_MS, incident.endMs ?? nowMs, incident.host)}>What changed?</ButtonLink></span>
    </li>
  );
}
