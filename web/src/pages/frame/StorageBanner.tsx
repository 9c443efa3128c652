import { liveStore } from "../../state/live";
import { useSelected } from "../../state/store";
import { Glyph } from "../../ui/Glyph";
import { Banner } from "../../ui/States";
import styles from "./Frame.module.css";

/** Says on every page that samples are not stored, and why: nothing else that is shown can be trusted to be current. */
export function StorageBanner() {
  const reason = useSelected(liveStore, (live) => live.notStoring);
  if (reason === null) return null;
  return (
    <div className={styles.banner} role="alert">
      <Banner icon={<Glyph kind="crit" size={16} decorative />}>
        <b>Samples cannot be stored.</b> {reason} Senders are asked to try again later; storing goes on by itself.
      </Banner>
    </div>
  );
}
