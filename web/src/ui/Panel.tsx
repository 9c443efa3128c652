import { useId, type ReactNode } from "react";
import { cx } from "./cx";
import styles from "./Panel.module.css";

interface PanelProps {
  title: ReactNode;
  /** What qualifies the title, in grey beside it. */
  meta?: ReactNode;
  /** At the right of the title. */
  actions?: ReactNode;
  footer?: ReactNode;
  className?: string | undefined;
  children: ReactNode;
}

/** A section with its heading. Never a panel inside a panel: rows inside are divided by hairlines. */
export function Panel({ title, meta, actions, footer, className, children }: PanelProps) {
  const id = useId();
  return (
    <section className={cx(styles.panel, className)} aria-labelledby={id}>
      <div className={styles.head}>
        <h2 id={id}>{title}</h2>
        {meta !== undefined && <span className={styles.meta}>{meta}</span>}
        {actions !== undefined && <div className={styles.actions}>{actions}</div>}
      </div>
      {children}
      {footer !== undefined && <div className={styles.foot}>{footer}</div>}
    </section>
  );
}
