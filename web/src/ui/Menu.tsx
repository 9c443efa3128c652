import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { cx } from "./cx";
import styles from "./Menu.module.css";

export interface MenuItem {
  id: string;
  label: ReactNode;
  /** The consequence, in grey at the right: "until 15:40". */
  detail?: ReactNode;
  icon?: ReactNode;
  checked?: boolean;
  onSelect: () => void;
}

interface MenuProps {
  label: string;
  items: readonly MenuItem[];
  /** Title and explanation above the items. */
  header?: ReactNode;
  /** Consequences or a form below the items. */
  footer?: ReactNode;
  align?: "left" | "right";
  wide?: boolean;
  /** Renders the button; spread `props` onto it. */
  trigger: (props: TriggerProps) => ReactNode;
  onOpenChange?: (open: boolean) => void;
}

export interface TriggerProps { expanded: boolean; hasPopup: "menu"; onClick: () => void }

/** A button with a menu under it: arrows move, Enter selects, Esc closes and returns the focus. */
export function Menu({ label, items, header, footer, align = "right", wide = false, trigger, onOpenChange }: MenuProps) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const id = useId();

  const change = (next: boolean) => {
    setOpen(next);
    onOpenChange?.(next);
  };
  const close = (refocus: boolean) => {
    change(false);
    if (refocus) root.current?.querySelector<HTMLElement>("[aria-haspopup]")?.focus();
  };
  useEffect(() => {
    if (!open) return;
    root.current?.querySelector<HTMLElement>("[role=menuitem], [role=menuitemradio]")?.focus();
    const outside = (event: PointerEvent) => {
      if (event.target instanceof Node && root.current?.contains(event.target) === false) setOpen(false);
    };
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [open]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (!open) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      event.preventDefault();
      close(true);
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined || event.target instanceof HTMLInputElement) return;
    event.preventDefault();
    const all = [...(root.current?.querySelectorAll<HTMLElement>("[role=menuitem], [role=menuitemradio]") ?? [])];
    const at = all.findIndex((item) => item === document.activeElement);
    all[(at + step + all.length) % all.length]?.focus();
  };

  return (
    <div ref={root} className={styles.root} onKeyDown={onKeyDown}>
      {trigger({ expanded: open, hasPopup: "menu", onClick: () => (open ? close(false) : change(true)) })}
      {open && (
        <div className={cx(styles.pop, align === "left" ? styles.left : styles.right, wide && styles.wide)}>
          {header !== undefined && <div className={styles.header}>{header}</div>}
          <div role="menu" aria-label={label} id={id}>
            {items.map((item) => (
              <button
                key={item.id} type="button" role={item.checked === undefined ? "menuitem" : "menuitemradio"} tabIndex={-1}
                aria-checked={item.checked} className={styles.item}
                onClick={() => { close(true); item.onSelect(); }}
              >
                {item.icon}
                <span>{item.label}</span>
                {item.detail !== undefined && <span className={styles.detail}>{item.detail}</span>}
              </button>
            ))}
          </div>
          {footer !== undefined && <div className={styles.footer}>{footer}</div>}
        </div>
      )}
    </div>
  );
}
