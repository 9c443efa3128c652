import { Unplug } from "lucide-react";
import { formatDuration } from "../../lib/format";
import { formatClockSeconds } from "../../lib/time";
import { liveStore, tryNow } from "../../state/live";
import { useStore } from "../../state/store";
import { Banner } from "../../ui/States";
import { Button } from "../../ui/Button";
import { useNow } from "../../ui/TimeText";
import styles from "./Frame.module.css";

const PATIENCE_MS = 5000;

/** Says, after five seconds without news, how old what one sees is and when the next try comes. */
export function ConnectionBanner() {
  const live = useStore(liveStore);
  const now = useNow();
  if (live.status !== "lost" || live.arrivedMs === null || now - live.arrivedMs < PATIENCE_MS) return null;
  const wait = live.nextTryMs === null ? null : Math.ceil((live.nextTryMs - now) / 1000);
  return (
    <div className={styles.banner}>
      <Banner icon={<Unplug size={16} aria-hidden="true" />} action={<Button small onClick={tryNow}>Try now</Button>}>
        <b>Connection lost {formatDuration(now - live.arrivedMs)} ago.</b> What you see is from {formatClockSeconds(live.arrivedMs)}.
        {wait === null || wait <= 0 ? " Trying again." : ` Trying again in ${wait}\u00a0s.`}
      </Banner>
    </div>
  );
}
