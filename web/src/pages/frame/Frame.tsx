import { useState, type ReactNode } from "react";
import { links } from "../../routes/links";
import { navigate } from "../../routes/router";
import { useShortcut } from "../../state/shortcuts";
import styles from "./Frame.module.css";
import { Palette } from "./Palette";
import { PhoneBar, Rail } from "./Rail";
import { ShortcutHelp } from "./ShortcutHelp";
import { searchStore } from "./search";
import { useStore } from "../../state/store";
import { showUtc, utcStore } from "../../state/zone";

/** What stays on screen on every page: the rail, the palette, the keys. */
export function Frame({ children }: { children: ReactNode }) {
  const [help, setHelp] = useState(false);
  const searching = useStore(searchStore);
  useShortcut("Ctrl k", "Search everything", () => searchStore.set(true), true);
  useShortcut("/", "Search", () => focusSearch());
  useShortcut("?", "All keys", () => setHelp(true));
  useShortcut("u", "Times in UTC or not", () => showUtc(!utcStore.get()));
  useShortcut("g o", "Go to Overview", () => navigate(links.overview()));
  useShortcut("g h", "Go to Hosts", () => navigate(links.hosts()));
  useShortcut("g n", "Go to Anomalies", () => navigate(links.anomalies()));
  useShortcut("g i", "Go to Incidents", () => navigate(links.incidents()));
  useShortcut("g a", "Go to Alerts", () => navigate(links.alerts()));
  useShortcut("g s", "Go to Servers", () => navigate(links.servers()));
  useShortcut("g t", "Go to Settings", () => navigate(links.settings()));
  return (
    <div className={styles.frame}>
      <a className={styles.skip} href="#main">Skip to content</a>
      <Rail />
      <div className={styles.page}>{children}</div>
      <PhoneBar />
      {searching && <Palette onClose={() => searchStore.set(false)} />}
      {help && <ShortcutHelp onClose={() => setHelp(false)} />}
    </div>
  );
}

/** "/" goes to the filter of the page when it has one, else to the palette. */
function focusSearch(): void {
  const field = document.querySelector<HTMLElement>("main input[type=search]");
  if (field === null) searchStore.set(true);
  else field.focus();
}
