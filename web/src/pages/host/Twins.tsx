import type { Twins as TwinsOf } from "../../api/types";
import { plural } from "../../lib/format";
import { formatTime, timeTooltip } from "../../lib/time";
import { links } from "../../routes/links";
import { Panel } from "../../ui/Panel";
import { Differences } from "../anomalies/Differences";
import { Feedback } from "../anomalies/Feedback";
import styles from "./Host.module.css";

const NAMED_MAX = 6;

/** The host among those that are like it: whether it behaves as they do. */
export function Twins({ host, twins, nowMs }: { host: string; twins: TwinsOf; nowMs: number }) {
  const others = twins.hosts.filter((name) => name !== host);
  const { anomaly } = twins;
  const rest = anomaly === null ? twins.differences : twins.differences.filter((one) => one.key !== anomaly.causes[0]?.key);
  return (
    <Panel title="Among its twins" meta={`${plural(others.length, "host", "hosts")}, ${twins.byLabel ? twins.group : "alike"}`}>
      {anomaly !== null && (
        <div className={styles.whole}>
          <p className={styles.say}><b>Unlike its twins.</b> {anomaly.sentence}</p>
          <p className={styles.since}>
            {anomaly.rarity} · <time title={timeTooltip(anomaly.sinceMs)}>started {formatTime(anomaly.sinceMs, nowMs)}</time>
            {anomaly.lastSeen !== null && ` · ${anomaly.lastSeen.replace(/\.$/, "")}`}
          </p>
          <Feedback id={anomaly.id} label={anomaly.label} />
        </div>
      )}
      {rest.length > 0 && <Differences items={rest} />}
      <p className={styles.twins}>
        {twins.score === null ? "Compared once a quarter of an hour of samples is there: " : anomaly === null && rest.length === 0 ? "It does as they do: " : "They are "}
        {others.slice(0, NAMED_MAX).map((name, index) => (
          <span key={name}>{index > 0 && ", "}<a className="link nowrap" href={links.host(name)}>{name}</a></span>
        ))}
        {others.length > NAMED_MAX && ` and ${others.length - NAMED_MAX} more`}.
        {twins.byLabel ? "" : " They were found by what they usually do."}
      </p>
    </Panel>
  );
}
