import { activeShortcuts, setSingleKeys, singleKeysStore } from "../../state/shortcuts";
import { useStore } from "../../state/store";
import { Dialog } from "../../ui/Dialog";
import { Checkbox } from "../../ui/Field";
import styles from "./Frame.module.css";

/** Every key that works on this page. */
export function ShortcutHelp({ onClose }: { onClose: () => void }) {
  const single = useStore(singleKeysStore);
  const shortcuts = activeShortcuts().filter((shortcut) => shortcut.label !== "");
  return (
    <Dialog title="Keys on this page" onClose={onClose}>
      <dl className={styles.keys}>
        {shortcuts.map((shortcut) => (
          <div key={shortcut.keys}>
            <dt>{shortcut.label}</dt>
            <dd>{shortcut.keys.split(" ").map((key) => <kbd key={key}>{key === "Enter" ? "↵" : key}</kbd>)}</dd>
          </div>
        ))}
      </dl>
      <Checkbox label="Single keys" checked={single} onChange={setSingleKeys} hint="Off leaves Ctrl K, the arrows and Esc. Remembered in this browser." />
    </Dialog>
  );
}
