import type { ReactNode } from "react";
import styles from "./Chip.module.css";
import { cx } from "./cx";

interface ChipProps {
  tone?: "plain" | "line" | "crit" | "warn";
  title?: string;
  children: ReactNode;
}

export function Chip({ tone = "plain", title, children }: ChipProps) {
  return <span className={cx(styles.chip, styles[tone])} title={title}>{children}</span>;
}
