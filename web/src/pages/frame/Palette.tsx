import { Activity, Bell, Clock, CirclePlus, History, LayoutDashboard, Search, Send, Server, Settings, SlidersHorizontal } from "lucide-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useId, useState, type KeyboardEvent, type ReactNode } from "react";
import { errorText } from "../../api/client";
import { hostsQuery } from "../../api/queries";
import { links } from "../../routes/links";
import { navigate } from "../../routes/router";
import { useStore } from "../../state/store";
import { switchTheme } from "../../state/theme";
import { showUtc, utcStore } from "../../state/zone";
import { Dialog } from "../../ui/Dialog";
import { Glyph, hostGlyph } from "../../ui/Glyph";
import styles from "./Frame.module.css";
import { rank } from "./rank";

interface Hit { id: string; label: string; detail: string; icon: ReactNode; run: () => void }

const PAGES = [
  { label: "Overview", href: links.overview(), Icon: LayoutDashboard },
  { label: "Hosts", href: links.hosts(), Icon: Server },
  { label: "Anomalies", href: links.anomalies(), Icon: Activity },
  { label: "Incidents", href: links.incidents(), Icon: History },
  { label: "Alerts", href: links.alerts(), Icon: Bell },
  { label: "Rules", href: links.rules(), Icon: SlidersHorizontal },
  { label: "Channels", href: links.channels(), Icon: Send },
  { label: "Servers", href: links.servers(), Icon: CirclePlus },
  { label: "Add a server", href: links.addServer(), Icon: CirclePlus },
  { label: "Settings", href: links.settings(), Icon: Settings },
];
const HITS_MAX = 12;

/** Ctrl K: hosts, pages, actions. */
export function Palette({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const id = useId();
  const utc = useStore(utcStore);
  const { data: hosts = [], isPending, error } = useQuery(hostsQuery());
  const [entered, setEntered] = useState(false);
  const go = (href: string) => () => { onClose(); navigate(href); scrollTo(0, 0); };
  const all: Hit[] = [
    ...PAGES.map(({ label, href, Icon }) => ({ id: `page ${label}`, label, detail: "page", icon: <Icon size={16} aria-hidden="true" />, run: go(href) })),
    ...hosts.map((host) => ({
      id: `host ${host.host}`, label: host.host, detail: host.system ?? "host", icon: <Glyph kind={hostGlyph(host.state)} />,
      run: go(links.host(host.host)),
    })),
    { id: "utc", label: utc ? "Show times of this browser's zone" : "Show times in UTC", detail: "action", icon: <Clock size={16} aria-hidden="true" />, run: () => { onClose(); showUtc(!utc); } },
    { id: "theme", label: "Switch between light and dark", detail: "action", icon: <Search size={16} aria-hidden="true" />, run: () => { onClose(); switchTheme(); } },
  ];
  const hits = rank(all, text, (hit) => hit.label).slice(0, HITS_MAX);
  const cursor = Math.min(at, Math.max(0, hits.length - 1));
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setAt((cursor + step + hits.length) % Math.max(1, hits.length));
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (hits.length > 0) hits[cursor]?.run();
      else setEntered(isPending);
    }
  };
  // Who types faster than the hosts arrive goes where the Enter meant, once they are here.
  const first = hits[0];
  useEffect(() => {
    if (!entered || isPending) return;
    setEntered(false);
    first?.run();
  }, [entered, isPending, first]);
  return (
    <Dialog title="Go to" narrow onClose={onClose}>
      <div className={styles.palette} onKeyDown={onKeyDown}>
        <input
          className={styles.search} autoFocus value={text} placeholder="Host, page or action" role="combobox" aria-label="Search hosts, pages and actions"
          aria-expanded="true" aria-controls={id} aria-activedescendant={hits.length > 0 ? `${id}-${cursor}` : undefined}
          onChange={(event) => { setText(event.target.value); setAt(0); setEntered(false); }}
        />
        <ul className={styles.results} role="listbox" id={id} aria-label="Results">
          {hits.map((hit, index) => (
            <li key={hit.id} id={`${id}-${index}`} role="option" aria-selected={index === cursor} onClick={hit.run} onMouseMove={() => setAt(index)}>
              {hit.icon}{hit.label}<span className={styles.kind}>{hit.detail}</span>
            </li>
          ))}
        </ul>
        {hits.length === 0 && <p className="meta" role="status">{isPending ? "Loading the hosts…" : error !== null ? `The hosts could not be read: ${errorText(error)}` : `Nothing is called “${text}”.`}</p>}
      </div>
    </Dialog>
  );
}
