import type { HostDetail, VitalReading } from "../../api/types";
import { useParams } from "../../routes/router";
import type { TimeRange, Window } from "../../state/timeRange";
import type { Spark } from "../../state/vitalSeries";
import { AllVitals } from "./AllVitals";
import { BusyNow } from "./BusyNow";
import { Evidence } from "./Evidence";
import styles from "./Host.module.css";
import { ModelFindings, metricOf } from "./ModelFindings";
import { OddSeries } from "./OddSeries";
import { Twins } from "./Twins";
import { UnusualNow } from "./UnusualNow";

export interface TabProps {
  detail: HostDetail;
  range: TimeRange;
  window: Window;
  nowMs: number;
  staleSinceMs: number | null;
  sparkOf: (key: string) => Spark;
}

const CHARTS_MAX = 5;
/** What the keys of series begin with that own models watch. */
const MODEL = "model ";

export function NowTab({ detail, range, window, nowMs, staleSinceMs, sparkOf }: TabProps) {
  const [params, setParams] = useParams();
  const show = params.get("show");
  const readings = chartsOf(detail, show);
  const open = (key: string) => {
    const metric = key.startsWith(MODEL) ? detail.models.find((finding) => finding.key === key)?.series : undefined;
    if (metric === undefined) setParams({ show: key }, { replace: true });
    else setParams({ tab: "metrics", metric: metricOf(metric) });
  };
  if (detail.vitals.length === 0) {
    return (
      <>
        <OddSeries series={detail.oddSeries} nowMs={nowMs} />
        <BusyNow host={detail.summary.host} processes={detail.processes} />
      </>
    );
  }
  return (
    <>
      <div className={styles.columns}>
        <div className={styles.left}>
          <UnusualNow detail={detail} nowMs={nowMs} shown={show} onShow={open} />
          {detail.twins !== null && <Twins host={detail.summary.host} twins={detail.twins} nowMs={nowMs} />}
          <ModelFindings findings={detail.models} nowMs={nowMs} />
          <OddSeries series={detail.oddSeries} nowMs={nowMs} />
          {staleSinceMs === null && <BusyNow host={detail.summary.host} processes={detail.processes} />}
        </div>
        <Evidence detail={detail} readings={readings} range={range} window={window} nowMs={nowMs} staleSinceMs={staleSinceMs} />
      </div>
      <AllVitals host={detail.summary.host} vitals={detail.vitals} sparkOf={sparkOf} window={window} shown={readings.map((reading) => reading.key)} staleSinceMs={staleSinceMs} />
    </>
  );
}

/** What was asked for, then what is unusual, then the headline vitals until the column is full. */
function chartsOf(detail: HostDetail, show: string | null): VitalReading[] {
  const wanted = [...(show === null ? [] : [show]), ...detail.unusual.map((metric) => metric.key), ...detail.vitals.filter((reading) => reading.headline).map((reading) => reading.key)];
  const byKey = new Map(detail.vitals.map((reading) => [reading.key, reading]));
  return [...new Set(wanted)].flatMap((key) => byKey.get(key) ?? []).slice(0, CHARTS_MAX);
}
