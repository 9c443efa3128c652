import { Link2, Check, Search } from "lucide-react";
import { Fragment, useEffect, type ReactNode } from "react";
import { formatClockSeconds, formatDay, timeTooltip, zoneName } from "../../lib/time";
import { links } from "../../routes/links";
import { Button } from "../../ui/Button";
import { useCopy } from "../../ui/CodeBlock";
import { cx } from "../../ui/cx";
import { Mark } from "../../ui/Glyph";
import { useNow } from "../../ui/TimeText";
import { useStore } from "../../state/store";
import { showUtc, utcStore } from "../../state/zone";
import { ConnectionBanner } from "./ConnectionBanner";
import { StorageBanner } from "./StorageBanner";
import styles from "./Frame.module.css";
import { LiveMark } from "./LiveMark";
import { RangePicker } from "./RangePicker";
import { searchStore } from "./search";
import { UserMenu } from "./UserMenu";

export interface Crumb { label: string; href?: string }

interface PageProps {
  /** The name of the page: the browser's tab and the last crumb. */
  name: string;
  /** What lies above it. */
  above?: readonly Crumb[];
  /** Whether the page is about a time range; shows the picker. */
  ranged?: boolean;
  /** Shows date, time and zone beside the name. */
  clock?: boolean;
  children: ReactNode;
}

/** The top bar and the content of one page. */
export function Page({ name, above = [], ranged = false, clock = false, children }: PageProps) {
  useEffect(() => { document.title = `${name} · Presage`; }, [name]);
  return (
    <>
      <header className={styles.top}>
        <div className={styles.crumbs}>
          <a className={styles.brand} href={links.overview()} aria-label="Presage, to the overview"><Mark size={26} /></a>
          {above.map((crumb) => (
            <Fragment key={crumb.label}>
              <span className={styles.wide}>{crumb.href === undefined ? crumb.label : <a href={crumb.href}>{crumb.label}</a>}</span>
              <span className={styles.wide} aria-hidden="true">/</span>
            </Fragment>
          ))}
          <b>{name}</b>
          {clock && <Clock />}
        </div>
        <button type="button" className={styles.search} aria-label="Search hosts and pages, Ctrl K" onClick={() => searchStore.set(true)}>
          <Search size={15} strokeWidth={1.75} aria-hidden="true" /><span>Search hosts and pages</span><kbd>Ctrl K</kbd>
        </button>
        <div className={styles.tools}>
          <LiveMark />
          <UtcMark />
          {ranged && <RangePicker />}
          <span className={styles.wide}><CopyLink /></span>
          <UserMenu />
        </div>
      </header>
      <ConnectionBanner />
      <StorageBanner />
      <main id="main" className={styles.main} tabIndex={-1}>{children}</main>
    </>
  );
}

/** Says that times are UTC while they are, and leads back. */
function UtcMark() {
  const utc = useStore(utcStore);
  return utc && <Button small kind="quiet" label="Times are in UTC. Show those of this browser's zone" onClick={() => showUtc(false)}>UTC</Button>;
}

function Clock() {
  const now = useNow();
  useStore(utcStore);
  return (
    <span className={cx("nowrap", styles.wide)} title={timeTooltip(now)}>
      · &nbsp;{formatDay(now)}, {formatClockSeconds(now)} {zoneName(now)}
    </span>
  );
}

function CopyLink() {
  const { state, copy } = useCopy();
  const label = { idle: "Copy link to this view", copied: "Link copied", failed: "Copy the address from the browser's bar" }[state];
  const Icon = state === "copied" ? Check : Link2;
  return (
    <>
      <Button kind="quiet" label={label} icon={<Icon size={16} />} onClick={() => copy(location.href)} />
      <span role="status" className="visuallyHidden">{state === "idle" ? "" : label}</span>
    </>
  );
}
