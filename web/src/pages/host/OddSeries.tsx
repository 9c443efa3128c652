import type { OddSeries as Odd } from "../../api/types";
import { NBSP, formatRange, formatValue, type Unit } from "../../lib/format";
import { formatTime, timeTooltip } from "../../lib/time";
import { useParams } from "../../routes/router";
import { Panel } from "../../ui/Panel";
import styles from "./Host.module.css";

const SHOWN_MAX = 10;

type Oddity = Odd["oddity"];

const WORDS: Readonly<Record<Oddity, { word: string; means: string }>> = {
  none: { word: "as usual", means: "Nothing is odd any more." },
  spike: { word: "higher than ever", means: "The value lies above all that has been seen of it." },
  dip: { word: "lower than ever", means: "The value lies below all that has been seen of it." },
  shift: { word: "level shifted", means: "The mean of five minutes lies where it never did; single values may be as usual." },
  variance: { word: "moves unlike before", means: "It goes up and down far more, or far less, than it ever did." },
  flat: { word: "stands still", means: "It has not changed for longer than it ever did." },
  missing: { word: "stopped coming", means: "The host still sends, but not this series." },
  wrongTime: { word: "at an unusual time", means: "Such values are usual, but not at this time of day or on this kind of day." },
  trend: { word: "changed trend", means: "It rises or falls from day to day unlike before." },
};

/** Single series that do not behave as they always did; evidence, not alerts. A click opens the metric's chart. */
export function OddSeries({ series, nowMs }: { series: readonly Odd[]; nowMs: number }) {
  const [, setParams] = useParams();
  if (series.length === 0) return null;
  return (
    <Panel title="Metrics that changed" meta={`${series.length === 50 ? "50 and more" : String(series.length)} of all series`}>
      <ul>
        {series.slice(0, SHOWN_MAX).map((odd) => (
          <li key={odd.query} className={styles.odd}>
            <button type="button" className={styles.oddName} title={odd.query} onClick={() => { setParams({ tab: "metrics", metric: odd.name }); }}>
              {odd.name}<small>{labelsText(odd)}</small>
            </button>
            <p className={styles.since}>
              <span title={WORDS[odd.oddity].means}>{WORDS[odd.oddity].word}</span>{odd.oddity === "missing" ? "" : `: ${valueText(odd)}`} · {odd.rarity} · <time title={timeTooltip(odd.sinceMs)}>since {formatTime(odd.sinceMs, nowMs)}</time>
            </p>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** What tells this series from others of its name. */
function labelsText(odd: Odd): string {
  return Object.entries(odd.labels).filter(([name]) => name !== "host" && name !== "instance" && name !== "job")
    .map(([, value]) => ` ${value}`).join("");
}

function valueText(odd: Odd): string {
  const unit = unitOfName(odd);
  const perSecond = odd.rate && unit === "none" ? "/s" : "";
  return `${formatValue(odd.value, unit)}${perSecond}, usually ${formatRange(odd.lower, odd.upper, unit)}${perSecond}`.replaceAll(" /s", `${NBSP}/s`);
}

function unitOfName({ name, rate }: Odd): Unit {
  if (/_bytes(_total)?$/.test(name)) return rate ? "bytes/s" : "bytes";
  if (/_seconds$/.test(name)) return "seconds";
  return /_ratio$/.test(name) ? "ratio" : "none";
}
