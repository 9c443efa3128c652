import type { VitalReading } from "../../api/types";
import { Sparkline } from "../../charts/Sparkline";
import { formatValue, fullValue } from "../../lib/format";
import { familyName, familyOrder, fitsAxis, readingUnit, usualText, vitalTitle } from "../../lib/vitals";
import { links } from "../../routes/links";
import type { Window } from "../../state/timeRange";
import type { Spark } from "../../state/vitalSeries";
import { cx } from "../../ui/cx";
import { Glyph } from "../../ui/Glyph";
import { Panel } from "../../ui/Panel";
import styles from "./Host.module.css";
import { VITAL_GLYPHS } from "./VitalTiles";

interface AllVitalsProps {
  host: string;
  vitals: readonly VitalReading[];
  sparkOf: (key: string) => Spark;
  window: Window;
  shown: readonly string[];
  staleSinceMs: number | null;
}

/** Every vital sign by family; a click draws it above. */
export function AllVitals({ host, vitals, sparkOf, window, shown, staleSinceMs }: AllVitalsProps) {
  const families = [...new Set(vitals.map((reading) => reading.family))].sort(familyOrder);
  return (
    <Panel title="All vital signs" meta={`${vitals.length}, a click draws one large`}>
      <div className={styles.families}>
        {families.map((family) => (
          <section key={family} aria-label={familyName(family)}>
            <h3>{familyName(family)}</h3>
            <ul>
              {vitals.filter((reading) => reading.family === family).map((reading) => {
                const spark = sparkOf(reading.key);
                const glyph = VITAL_GLYPHS[reading.state];
                const unit = readingUnit(reading);
                return (
                  <li key={reading.key}>
                    <a className={cx(styles.vitalRow, shown.includes(reading.key) && styles.vitalShown)} href={links.vital(host, reading.key)} data-vital-row={reading.key}>
                      <span className={styles.vitalName}>{vitalTitle(reading)}{glyph !== null && <Glyph kind={glyph} size={13} />}</span>
                      <span className={styles.vitalUsual}>{usualText(reading) ?? ""}</span>
                      <Sparkline
                        points={spark.points} band={spark.band} fromMs={window.fromMs} toMs={window.toMs} height={26} state={reading.state} sinceMs={reading.sinceMs}
                        staleSinceMs={staleSinceMs ?? undefined} min={fitsAxis(reading.vital) ? lowest(spark) : 0}
                      />
                      <b title={fullValue(reading.value, unit)}>{formatValue(reading.value, unit)}</b>
                    </a>
                  </li>
                );
              })}
            </ul>
          </section>
        ))}
      </div>
    </Panel>
  );
}

function lowest(spark: Spark): number {
  const low = Math.min(...spark.points.map((point) => point.value));
  return Number.isFinite(low) ? low * 0.98 : 0;
}
