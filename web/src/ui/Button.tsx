import type { MouseEvent, ReactNode, Ref } from "react";
import styles from "./Button.module.css";
import { cx } from "./cx";

interface Look {
  /** One primary button per view. */
  kind?: "plain" | "primary" | "quiet";
  small?: boolean;
  icon?: ReactNode;
  /** The key that does the same. */
  hint?: string;
  /** The name when there is only an icon. */
  label?: string;
  children?: ReactNode;
}

interface ButtonProps extends Look {
  onClick?: (event: MouseEvent<HTMLButtonElement>) => void;
  type?: "button" | "submit";
  /** Why it is off; null or undefined when it works. */
  offBecause?: string | null;
  busy?: boolean;
  expanded?: boolean;
  hasPopup?: "menu" | "dialog" | "listbox";
  pressed?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

function classOf({ kind = "plain", small, children }: Look): string {
  return cx(styles.button, styles[kind], small === true && styles.small, children === undefined && styles.square);
}

export function Button(props: ButtonProps) {
  const { onClick, type = "button", offBecause, busy = false, expanded, hasPopup, pressed, ref, icon, label, hint, children } = props;
  const off = (offBecause ?? null) !== null || busy;
  return (
    <button
      ref={ref} type={type} className={classOf(props)} aria-label={label} aria-expanded={expanded} aria-haspopup={hasPopup}
      aria-pressed={pressed} aria-disabled={off || undefined} aria-busy={busy || undefined} title={offBecause ?? label}
      onClick={(event) => (off ? event.preventDefault() : onClick?.(event))}
    >
      {icon}
      {children !== undefined && <span>{children}</span>}
      {hint !== undefined && <kbd aria-hidden="true">{hint}</kbd>}
    </button>
  );
}

/** A link that looks like a button. */
export function ButtonLink({ href, ...look }: Look & { href: string }) {
  return (
    <a href={href} className={classOf(look)} aria-label={look.label} title={look.label}>
      {look.icon}
      {look.children !== undefined && <span>{look.children}</span>}
      {look.hint !== undefined && <kbd aria-hidden="true">{look.hint}</kbd>}
    </a>
  );
}
