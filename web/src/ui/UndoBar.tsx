import { Check, X } from "lucide-react";
import { useEffect, useRef } from "react";
import { useShortcut } from "../state/shortcuts";
import { Button } from "./Button";
import styles from "./UndoBar.module.css";

/** Something that was done at once and can be taken back. `key` identifies it, so that a second act restarts the time. */
export interface Done { key: string; text: string; undo: () => void }

const STAYS_MS = 12_000;

/** Says what was done and offers to take it back; goes by itself, but not while it has the pointer or the focus. */
export function UndoBar({ done, onGone }: { done: Done; onGone: () => void }) {
  const held = useRef(false);
  const gone = useRef(onGone);
  gone.current = onGone;
  useEffect(() => {
    const startedMs = performance.now();
    const timer = setInterval(() => {
      if (!held.current && performance.now() - startedMs > STAYS_MS) gone.current();
    }, 500);
    return () => clearInterval(timer);
  }, [done.key]);
  const undo = () => {
    onGone();
    done.undo();
  };
  useShortcut("Ctrl z", "Undo", undo);
  const hold = (on: boolean) => () => { held.current = on; };
  return (
    <div className={styles.bar} role="status" onPointerEnter={hold(true)} onPointerLeave={hold(false)} onFocus={hold(true)} onBlur={hold(false)}>
      <Check size={16} aria-hidden="true" />
      <p>{done.text}</p>
      <Button small kind="quiet" hint="Ctrl Z" onClick={undo}>Undo</Button>
      <Button small kind="quiet" icon={<X size={16} />} label="Dismiss" onClick={onGone} />
    </div>
  );
}
