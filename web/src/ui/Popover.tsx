import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { cx } from "./cx";
import styles from "./Popover.module.css";

export interface PopoverTrigger { expanded: boolean; hasPopup: "dialog"; onClick: () => void }

interface PopoverProps {
  label: string;
  align?: "left" | "right";
  trigger: (props: PopoverTrigger) => ReactNode;
  children: (close: () => void) => ReactNode;
}

/** A small form under its button; a sheet from below on phones. Esc and a press outside close it, focus goes back. */
export function Popover({ label, align = "right", trigger, children }: PopoverProps) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const close = () => {
    setOpen(false);
    root.current?.querySelector<HTMLElement>("[aria-haspopup]")?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!open || event.key !== "Escape") return;
    event.stopPropagation();
    event.preventDefault();
    close();
  };
  return (
    <div ref={root} className={styles.root} onKeyDown={onKeyDown}>
      {trigger({ expanded: open, hasPopup: "dialog", onClick: () => (open ? close() : setOpen(true)) })}
      {open && <Floating label={label} align={align} onOutside={() => setOpen(false)}>{children(close)}</Floating>}
    </div>
  );
}

interface FloatingProps { label: string; align: "left" | "right"; onOutside: () => void; children: ReactNode }

function Floating({ label, align, onOutside, children }: FloatingProps) {
  const pop = useRef<HTMLDivElement>(null);
  const [above, setAbove] = useState(false);
  const outside = useRef(onOutside);
  outside.current = onOutside;
  useLayoutEffect(() => {
    const box = pop.current?.getBoundingClientRect();
    // Opens upwards where it would not fit below but fits above.
    if (box !== undefined && box.bottom > innerHeight && box.top - box.height > 60) setAbove(true);
    pop.current?.querySelector<HTMLElement>("button, input, [tabindex]")?.focus({ preventScroll: true });
  }, []);
  useEffect(() => {
    const onDown = (event: PointerEvent) => {
      const inside = event.target instanceof Node && pop.current?.parentElement?.contains(event.target) === true;
      if (!inside) outside.current();
    };
    document.addEventListener("pointerdown", onDown);
    return () => document.removeEventListener("pointerdown", onDown);
  }, []);
  return (
    <div ref={pop} role="dialog" aria-label={label} className={cx(styles.pop, align === "left" ? styles.left : styles.right, above && styles.above)}>
      {children}
    </div>
  );
}
