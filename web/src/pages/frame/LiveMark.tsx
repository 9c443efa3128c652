import { useEffect, useState } from "react";
import { formatDuration } from "../../lib/format";
import { liveStore } from "../../state/live";
import { useStore } from "../../state/store";
import { cx } from "../../ui/cx";
import styles from "./Frame.module.css";

/** "Live 0.4 s": how long ago the newest values arrived. */
export function LiveMark() {
  const live = useStore(liveStore);
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  const age = live.arrivedMs === null ? null : Math.max(0, now - live.arrivedMs);
  const word = { connecting: "Connecting", live: "Live", lost: "Not live" }[live.status];
  const title = age === null ? "No values have arrived yet" : `The newest values arrived ${formatDuration(age)} ago`;
  return (
    <span className={cx(styles.live, live.status !== "live" && styles.off)} title={title}>
      <i aria-hidden="true" />{word}<em>{age === null ? "" : formatDuration(age)}</em>
    </span>
  );
}
