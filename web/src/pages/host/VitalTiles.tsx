import { ArrowDownToLine, ArrowUpDown, Cpu, Gauge, HardDrive, MemoryStick, Thermometer, Activity, type LucideIcon } from "lucide-react";
import type { VitalReading } from "../../api/types";
import { Sparkline } from "../../charts/Sparkline";
import { formatDuration, fullValue, valueParts } from "../../lib/format";
import { capacityText, fitsAxis, readingUnit, usualText, vitalTitle } from "../../lib/vitals";
import { links } from "../../routes/links";
import type { Window } from "../../state/timeRange";
import type { Spark } from "../../state/vitalSeries";
import { Glyph, type GlyphKind } from "../../ui/Glyph";
import styles from "./Host.module.css";

const ICONS: Record<string, LucideIcon> = {
  cpu: Cpu, memory: MemoryStick, filesystem: HardDrive, disk: ArrowDownToLine, network: ArrowUpDown, system: Thermometer,
};

export function iconOf(reading: { vital: string; family: string }): LucideIcon {
  return reading.vital === "load" ? Gauge : ICONS[reading.family] ?? Activity;
}

export const VITAL_GLYPHS: Record<VitalReading["state"], GlyphKind | null> = { ok: null, unusual: "odd", warning: "warn", critical: "crit" };

interface VitalTilesProps {
  host: string;
  vitals: readonly VitalReading[];
  sparkOf: (key: string) => Spark;
  window: Window;
  /** Milliseconds until the usual range is known, or null. */
  knownInMs: number | null;
  /** Since when nothing arrived, or null. */
  staleSinceMs: number | null;
  nowMs: number;
}

/** The six vital signs at a glance: now, usual, the recent past. */
export function VitalTiles(props: VitalTilesProps) {
  const tiles = props.vitals.filter((reading) => reading.headline).slice(0, 6);
  if (tiles.length === 0) {
    return <p className={styles.noTiles}>No vital signs yet. They come a few seconds after samples of CPU, memory, disks or network; every other series is watched as well and stands under <a className="link" href={links.host(props.host, "metrics")}>Metrics</a>.</p>;
  }
  return (
    <div className={styles.tiles}>
      {tiles.map((reading) => <Tile key={reading.key} reading={reading} {...props} />)}
    </div>
  );
}

function Tile({ reading, host, sparkOf, window, knownInMs, staleSinceMs, nowMs }: VitalTilesProps & { reading: VitalReading }) {
  const Icon = iconOf(reading);
  const unit = readingUnit(reading);
  const { number, unit: suffix } = valueParts(reading.value, unit);
  const spark = sparkOf(reading.key);
  const state = VITAL_GLYPHS[reading.state];
  const usual = usualText(reading) ?? (knownInMs === null ? "usual range not known yet" : `usual range in ${formatDuration(knownInMs)}`);
  const below = staleSinceMs === null ? usual : `${formatDuration(nowMs - staleSinceMs)} old`;
  const fit = fitsAxis(reading.vital);
  return (
    <a className={styles.tile} href={links.vital(host, reading.key)} data-vital={reading.key}>
      <span className={styles.tileName}>
        <Icon size={14} strokeWidth={1.75} aria-hidden="true" /><span>{vitalTitle(reading)}</span>
        {state !== null && <Glyph kind={state} size={13} />}
      </span>
      <span className={styles.tileValue} title={fullValue(reading.value, unit)}>
        {number}<small>{[suffix, capacityText(reading)].filter(Boolean).join(" ")}</small>
      </span>
      <span className={styles.tileUsual}>{reading.value === null ? "not reported by this host" : below}</span>
      <Sparkline
        points={spark.points} band={spark.band} fromMs={window.fromMs} toMs={window.toMs} height={40} state={reading.state}
        sinceMs={reading.sinceMs} staleSinceMs={staleSinceMs ?? undefined} {...limits(reading, spark, fit)}
      />
    </a>
  );
}

function limits(reading: VitalReading, spark: Spark, fit: boolean): { min?: number; max?: number } {
  if (reading.vital === "cpu_use" || reading.vital === "memory_use") return { min: 0, max: 1 };
  if (!fit || spark.points.length === 0) return {};
  const values = [...spark.points.map((point) => point.value), ...spark.band.flatMap((point) => [point.lower, point.upper])];
  const low = Math.min(...values);
  const high = Math.max(...values);
  const room = Math.max((high - low) * 0.6, Math.abs(high) * 0.004);
  return { min: Math.max(0, low - room), max: high + room };
}
