import type { Learning } from "../../api/types";
import { formatDuration } from "../../lib/format";
import { formatTime } from "../../lib/time";

/** How well the host is known, in words. */
export interface LearnedText { glyph: "learn" | null; text: string }

export function learnedText(learning: Learning, nowMs: number): LearnedText {
  const learned = formatDuration(learning.learnedSeconds * 1000);
  switch (learning.phase) {
    case "range": return { glyph: "learn", text: `learning: ${learned} of ${formatDuration(learning.neededSeconds * 1000)}` };
    case "days": {
      const at = learning.dayRhythmAtMs;
      return { glyph: null, text: `learned ${learned}: knows the usual range${at === null ? "" : `, its days from ${formatTime(at, nowMs)}`}` };
    }
    case "weeks": return { glyph: null, text: `learned ${learned}: knows its days` };
    case "known": return { glyph: null, text: `learned ${learned}: knows its days and weeks` };
  }
}

/** How long until the usual range is known; null when it is. */
export function rangeKnownInMs(learning: Learning): number | null {
  return learning.phase === "range" ? Math.max(0, (learning.neededSeconds - learning.learnedSeconds) * 1000) : null;
}
