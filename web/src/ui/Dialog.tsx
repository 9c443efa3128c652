import { X } from "lucide-react";
import { useEffect, useId, useRef, type ReactNode } from "react";
import { Button } from "./Button";
import { cx } from "./cx";
import styles from "./Dialog.module.css";

interface DialogProps {
  title: string;
  meta?: ReactNode;
  footer?: ReactNode;
  narrow?: boolean;
  onClose: () => void;
  children: ReactNode;
}

/** A modal dialog; a sheet from below on phones. Esc and the scrim close it, the focus goes back to where it was. */
export function Dialog({ title, meta, footer, narrow = false, onClose, children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={ref} className={cx(styles.dialog, narrow && styles.narrow)} aria-labelledby={id}
      onCancel={(event) => { event.preventDefault(); onClose(); }}
      onClick={(event) => { if (event.target === ref.current) onClose(); }}
    >
      <div className={styles.inner}>
        <header className={styles.head}>
          <div>
            <h2 id={id}>{title}</h2>
            {meta !== undefined && <p className={styles.meta}>{meta}</p>}
          </div>
          <Button kind="quiet" icon={<X size={18} />} label="Close" onClick={onClose} />
        </header>
        <div className={styles.body}>{children}</div>
        {footer !== undefined && <footer className={styles.foot}>{footer}</footer>}
      </div>
    </dialog>
  );
}
