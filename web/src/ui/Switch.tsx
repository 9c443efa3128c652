import styles from "./Switch.module.css";

interface SwitchProps {
  /** What is on or off: "CPU saturated". */
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  /** Why it cannot be moved; null when it can. */
  offBecause?: string | null;
  /** Shows "on" or "off" beside it. */
  word?: boolean;
}

/** Something that takes effect at once, unlike a checkbox in a form. */
export function Switch({ label, checked, onChange, offBecause = null, word = false }: SwitchProps) {
  return (
    <button
      type="button" role="switch" className={styles.switch} aria-checked={checked} aria-label={label} aria-disabled={offBecause !== null || undefined}
      title={offBecause ?? undefined} onClick={() => { if (offBecause === null) onChange(!checked); }}
    >
      <span className={styles.track} aria-hidden="true" />
      {word && <span className={checked ? undefined : "ink3"}>{checked ? "on" : "off"}</span>}
    </button>
  );
}
