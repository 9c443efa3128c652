import { formatDuration } from "../lib/format";
import { formatTime, timeTooltip } from "../lib/time";
import { createStore, useStore } from "../state/store";

/** The clock of the page: one timer, whole seconds. */
export const clockStore = createStore(Date.now());

export function startClock(): () => void {
  const timer = setInterval(() => clockStore.set(Date.now()), 1000);
  return () => clearInterval(timer);
}

export function useNow(): number {
  return useStore(clockStore);
}

/** "14:02", with zone, seconds and UTC one hover away. */
export function TimeText({ at }: { at: number }) {
  const now = useNow();
  return <time dateTime={new Date(at).toISOString()} title={timeTooltip(at)} className="nowrap">{formatTime(at, now)}</time>;
}

/** "38 min": how long since, counting; the clock time is one hover away. */
export function Since({ at }: { at: number }) {
  const now = useNow();
  return <time dateTime={new Date(at).toISOString()} title={timeTooltip(at)} className="nowrap">{formatDuration(now - at)}</time>;
}
