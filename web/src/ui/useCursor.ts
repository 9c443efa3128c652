import { useEffect, useState } from "react";
import { useShortcut } from "../state/shortcuts";

/**
 * The cursor row of a list: j and k move it, Enter opens. It starts before the first row unless `startAt` says otherwise
 * and stays on its row's place when the list shrinks.
 */
export function useCursor(count: number, open: (index: number) => void, startAt: number | null = null): [number | null, (index: number) => void] {
  const [wanted, setWanted] = useState<number | null>(startAt);
  const [moved, setMoved] = useState(0);
  const cursor = wanted === null || count === 0 ? null : Math.min(wanted, count - 1);
  const move = (step: number) => {
    if (count === 0) return;
    setWanted(cursor === null ? 0 : Math.max(0, Math.min(count - 1, cursor + step)));
    setMoved((before) => before + 1);
  };
  useShortcut("j", "Next row", () => move(1));
  useShortcut("k", "Previous row", () => move(-1));
  useShortcut("Enter", "Open the row", () => { if (cursor !== null) open(cursor); });
  useEffect(() => {
    if (moved > 0) document.querySelector("[data-cursor]")?.scrollIntoView({ block: "nearest" });
  }, [moved]);
  return [cursor, setWanted];
}
