import { formatCapacity, formatRange, unitOf, type Unit } from "./format";

/** How vital signs are named, addressed and put into words. */

/** The canonical key: `filesystem_use{mountpoint="/"}`; labels sorted by name. */
export function vitalKey(vital: string, per: Readonly<Record<string, string>>): string {
  const labels = Object.entries(per).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => `${name}=${quote(value)}`);
  return labels.length === 0 ? vital : `${vital}{${labels.join(",")}}`;
}

/** A PromQL string. */
export function quote(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}

export type VitalPart = "presage_vital" | "presage_vital_lower" | "presage_vital_upper";

/** The selector of a stored vital sign, or of one end of its usual range. */
export function vitalSelector(part: VitalPart, host: string, vital: string, per: Readonly<Record<string, string>>): string {
  const labels = Object.entries({ host, vital, ...per }).map(([name, value]) => `${name}=${quote(value)}`);
  return `${part}{${labels.join(",")}}`;
}

interface Named { name: string; per: Readonly<Record<string, string>> }

/** "Write latency, sda" */
export function vitalTitle({ name, per }: Named): string {
  const place = Object.values(per).join(", ");
  return place === "" ? name : `${name}, ${place}`;
}

interface Reading { unit: string; family: string; vital: string; value: number | null; lower: number | null; upper: number | null; capacity: number | null }

/** The unit to show a reading in. */
export function readingUnit(reading: { unit: string; family: string }): Unit {
  return unitOf(reading.unit, reading.family);
}

/** "usual 18–38 %"; null while nothing is learned. */
export function usualText(reading: Reading): string | null {
  if (reading.lower === null || reading.upper === null) return null;
  return `usual ${formatRange(reading.lower, reading.upper, readingUnit(reading))}`;
}

/** What the value is a part of: "of 64 GiB", "on 16 cores"; null when it is of nothing. */
export function capacityText(reading: { vital: string; capacity: number | null }): string | null {
  if (reading.capacity === null) return null;
  if (reading.vital === "load") return `on ${reading.capacity}\u00a0${reading.capacity === 1 ? "core" : "cores"}`;
  return `of ${formatCapacity(reading.capacity)}`;
}

/** Whether the value axis may start above zero: slowly moving levels, where the change is the news. */
export function fitsAxis(vital: string): boolean {
  return ["filesystem_use", "inode_use", "temperature"].includes(vital);
}

export const FAMILIES = ["cpu", "memory", "disk", "filesystem", "network", "system"] as const;

const FAMILY_NAMES: Record<string, string> = {
  cpu: "CPU", memory: "Memory", disk: "Disks", filesystem: "File systems", network: "Network", system: "System",
};

export function familyName(family: string): string {
  return FAMILY_NAMES[family] ?? (family === "" ? "Other" : family.charAt(0).toUpperCase() + family.slice(1));
}

/** The families in the order of the questions, unknown ones after them by name. */
export function familyOrder(a: string, b: string): number {
  const rank = (family: string) => {
    const at = FAMILIES.findIndex((known) => known === family);
    return at < 0 ? FAMILIES.length : at;
  };
  return rank(a) - rank(b) || a.localeCompare(b);
}

/** The parts of a canonical key; a key without labels is the name of the vital sign alone. */
export function splitVitalKey(key: string): { vital: string; per: Record<string, string> } {
  const at = key.indexOf("{");
  if (at < 0) return { vital: key, per: {} };
  const per: Record<string, string> = {};
  for (const match of key.slice(at).matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) {
    per[match[1] ?? ""] = (match[2] ?? "").replaceAll("\\n", "\n").replaceAll('\\"', '"').replaceAll("\\\\", "\\");
  }
  return { vital: key.slice(0, at), per };
}
