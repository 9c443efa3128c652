import type { ReactNode } from "react";
import type { HostState } from "../api/types";

/** The state glyphs: their shapes differ, so that no state depends on colour. */
export type GlyphKind = "crit" | "warn" | "none" | "ok" | "learn" | "pend" | "ack" | "odd";

const SHAPES: Record<GlyphKind, ReactNode> = {
  crit: <><path className="gCrit" d="M5 .8h6L15.2 5v6L11 15.2H5L.8 11V5z" /><path className="gCritOn" d="M8 4v5M8 11.2v.9" /></>,
  warn: <><path className="gWarn" d="M8 1.2 15.6 14.6H.4z" /><path className="gWarnOn" d="M8 6v4M8 12v.7" /></>,
  none: <><circle className="gNone" cx="8" cy="8" r="6.4" /><path className="gNone" d="M3.6 9.4 9.4 3.6M4.4 12.4l8-8M7.4 13.2l5.8-5.8" /></>,
  ok: <circle className="gOk" cx="8" cy="8" r="3" />,
  learn: <circle className="gLearn" cx="8" cy="8" r="5.6" />,
  pend: <><circle className="gRing" cx="8" cy="8" r="6" /><path className="gPie" d="M8 8V3.4A4.6 4.6 0 1 1 3.7 9.6z" /></>,
  ack: <><circle className="gAck" cx="8" cy="8" r="6.6" /><path className="gAck" d="m5 8.2 2.1 2.1L11 6.2" /></>,
  odd: <path className="gOdd" d="M1.5 10h3l2-6.5 3 9.5 2-3h3" />,
};

const NAMES: Record<GlyphKind, string> = {
  crit: "Critical", warn: "Warning", none: "No data", ok: "As usual", learn: "Learning", pend: "Pending",
  ack: "Acknowledged", odd: "Unusual",
};

interface GlyphProps {
  kind: GlyphKind;
  size?: number;
  /** True where the state stands beside it in words. */
  decorative?: boolean;
}

export function Glyph({ kind, size = 16, decorative = false }: GlyphProps) {
  const named = decorative ? { "aria-hidden": true } : { role: "img", "aria-label": NAMES[kind] };
  return <svg className="glyph" width={size} height={size} viewBox="0 0 16 16" {...named}>{SHAPES[kind]}</svg>;
}

const HOST_GLYPHS: Record<HostState, GlyphKind> = {
  critical: "crit", warning: "warn", silent: "none", learning: "learn", ok: "ok", imported: "none",
};

export function hostGlyph(state: HostState): GlyphKind {
  return HOST_GLYPHS[state];
}

const HOST_WORDS: Record<HostState, string> = {
  critical: "Critical", warning: "Warning", silent: "No data", learning: "Learning", ok: "As usual", imported: "Imported",
};

export function hostWord(state: HostState): string {
  return HOST_WORDS[state];
}

/** Where a state stands in "worst first". */
export const HOST_RANK: Record<HostState, number> = { critical: 0, warning: 1, silent: 2, learning: 3, ok: 4, imported: 5 };

/** A point in time and the fan that opens from it. */
export function Mark({ size = 26 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 28 28" aria-hidden="true">
      <path className="mFan" d="M12 14 25.5 4.5a1 1 0 0 1 .5.9v17.2a1 1 0 0 1-.5.9z" />
      <path className="mMid" d="M15 14h11" />
      <path className="mLine" d="M2 14h8" />
      <circle className="mDot" cx="11.5" cy="14" r="4" />
    </svg>
  );
}
