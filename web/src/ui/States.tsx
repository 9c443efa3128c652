import { useEffect, useState, type ReactNode } from "react";
import { Button } from "./Button";
import { cx } from "./cx";
import { Glyph, type GlyphKind } from "./Glyph";
import styles from "./States.module.css";

/** True after `delayMs`: what is quick shows no sign of loading. */
export function useLate(delayMs = 300): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), delayMs);
    return () => clearTimeout(timer);
  }, [delayMs]);
  return late;
}

/** Grey bars of the true height, invisible for the first 300 ms. */
export function SkeletonRows({ rows = 3, label = "Loading" }: { rows?: number; label?: string }) {
  const late = useLate();
  return (
    <div role="status" aria-label={label} className={cx(styles.skeletons, late && styles.late)}>
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className={styles.skeletonRow}><i /><i /></div>
      ))}
    </div>
  );
}

export function Skeleton({ height }: { height: number }) {
  const late = useLate();
  return <div role="status" aria-label="Loading" className={cx(styles.block, late && styles.late)} style={{ height }} />;
}

/** One sentence that proves somebody looked, and the next step. */
export function EmptyState({ glyph = "ok", children, action }: { glyph?: GlyphKind; children: ReactNode; action?: ReactNode }) {
  return (
    <div className={styles.note}>
      <Glyph kind={glyph} size={18} decorative />
      <p className="ink2">{children}</p>
      {action}
    </div>
  );
}

/** Where it went wrong, why, and the way out. */
export function ErrorState({ what, why, onRetry }: { what: string; why: string; onRetry?: () => void }) {
  return (
    <div className={styles.note} role="alert">
      <Glyph kind="crit" size={18} decorative />
      <p><b>{what}</b> <span className="ink2">{why}</span></p>
      {onRetry !== undefined && <Button small onClick={onRetry}>Try again</Button>}
    </div>
  );
}

/** A message in the flow of the page that stays until its cause is gone. */
export function Banner({ icon, action, children }: { icon: ReactNode; action?: ReactNode; children: ReactNode }) {
  return (
    <div className={styles.banner} role="status">
      {icon}
      <span className={styles.bannerText}>{children}</span>
      {action}
    </div>
  );
}
