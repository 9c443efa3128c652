import { Button } from "../../ui/Button";
import { Mark } from "../../ui/Glyph";
import styles from "./Frame.module.css";

/** When there is nothing to frame: what happened and the way out. */
export function FullPageMessage({ title, text, onRetry }: { title: string; text: string; onRetry: () => void }) {
  return (
    <main className={styles.message}>
      <div role="alert">
        <Mark size={32} />
        <h1 className="title">{title}</h1>
        <p className="ink2">{text}</p>
        <Button kind="primary" onClick={onRetry}>Try again</Button>
      </div>
    </main>
  );
}
