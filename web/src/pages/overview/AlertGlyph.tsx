import type { AlertItem } from "../../api/types";
import { Glyph, type GlyphKind } from "../../ui/Glyph";

/** The glyph of an alert: its state where that matters more than its severity. */
export function alertGlyph(alert: AlertItem): GlyphKind {
  if (alert.state === "pending") return "pend";
  if (alert.state === "resolved") return "ok";
  if (isSilence(alert)) return "none";
  return alert.severity === "critical" ? "crit" : "warn";
}

/** Whether the alert is about a host that no longer reports. */
export function isSilence(alert: AlertItem): boolean {
  return alert.value === null && /silent/i.test(alert.rule);
}

export function AlertGlyph({ alert, size = 16 }: { alert: AlertItem; size?: number }) {
  return <Glyph kind={alertGlyph(alert)} size={size} />;
}
