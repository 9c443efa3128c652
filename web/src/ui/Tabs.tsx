import type { ReactNode } from "react";
import { cx } from "./cx";
import styles from "./Tabs.module.css";

export interface Tab { id: string; label: string; count?: string; icon?: ReactNode; href: string }

/** Tabs are links: each is an address of its own. */
export function Tabs({ label, tabs, current }: { label: string; tabs: readonly Tab[]; current: string }) {
  return (
    <nav className={styles.tabs} aria-label={label}>
      {tabs.map((tab) => (
        <a key={tab.id} href={tab.href} aria-current={tab.id === current ? "page" : undefined}>
          {tab.icon}
          {tab.label}
          {tab.count !== undefined && <small>{tab.count}</small>}
        </a>
      ))}
    </nav>
  );
}

export interface Segment { id: string; label: string; count?: string }

/** A choice of one of a few, in place. */
export function Segmented({ label, segments, current, onChange }: {
  label: string;
  segments: readonly Segment[];
  current: string;
  onChange: (id: string) => void;
}) {
  return (
    <div className={styles.segmented} role="group" aria-label={label}>
      {segments.map((segment) => (
        <button key={segment.id} type="button" aria-pressed={segment.id === current} onClick={() => onChange(segment.id)}
          className={cx(segment.id === current && styles.on)}>
          {segment.label}
          {segment.count !== undefined && <span> {segment.count}</span>}
        </button>
      ))}
    </div>
  );
}
