import { Activity, Bell, CirclePlus, Ellipsis, History, LayoutDashboard, Server, Settings, type LucideIcon } from "lucide-react";
import { links } from "../../routes/links";
import { navigate, useAddress } from "../../routes/router";
import { Mark } from "../../ui/Glyph";
import { Menu } from "../../ui/Menu";
import styles from "./Frame.module.css";

interface Place { name: string; icon: LucideIcon; href: string }

/** In the order of the questions; the pages about the tool itself are at the foot. */
const PLACES: readonly Place[] = [
  { name: "Overview", icon: LayoutDashboard, href: links.overview() },
  { name: "Hosts", icon: Server, href: links.hosts() },
  { name: "Anomalies", icon: Activity, href: links.anomalies() },
  { name: "Alerts", icon: Bell, href: links.alerts() },
  { name: "Incidents", icon: History, href: links.incidents() },
];
const FOOT: readonly Place[] = [
  { name: "Servers", icon: CirclePlus, href: links.servers() },
  { name: "Settings", icon: Settings, href: links.settings() },
];

function isHere(place: Place, path: string): boolean {
  return place.href === "/" ? path === "/" : path === place.href || path.startsWith(`${place.href}/`);
}

function PlaceLink({ place, path, size }: { place: Place; path: string; size: number }) {
  const Icon = place.icon;
  return (
    <a href={place.href} aria-current={isHere(place, path) ? "page" : undefined}>
      <Icon size={size} strokeWidth={1.75} aria-hidden="true" />
      <span>{place.name}</span>
    </a>
  );
}

export function Rail() {
  const { path } = useAddress();
  return (
    <nav className={styles.rail} aria-label="Main">
      <a className={styles.brand} href={links.overview()} aria-label="Presage, to the overview"><Mark size={32} /></a>
      {PLACES.map((place) => <PlaceLink key={place.name} place={place} path={path} size={20} />)}
      <span className={styles.spring} />
      {FOOT.map((place) => <PlaceLink key={place.name} place={place} path={path} size={20} />)}
    </nav>
  );
}

/** The rail of a phone: the questions, and behind "More" the pages about the tool itself. */
export function PhoneBar() {
  const { path } = useAddress();
  const isMore = FOOT.some((place) => isHere(place, path));
  return (
    <nav className={styles.tabbar} aria-label="Main">
      {PLACES.map((place) => <PlaceLink key={place.name} place={place} path={path} size={22} />)}
      <Menu
        label="More pages"
        items={FOOT.map(({ name, icon: Icon, href }) => ({ id: name, label: name, icon: <Icon size={18} aria-hidden="true" />, onSelect: () => navigate(href) }))}
        trigger={({ expanded, hasPopup, onClick }) => (
          <button type="button" aria-current={isMore ? "page" : undefined} aria-expanded={expanded} aria-haspopup={hasPopup} onClick={onClick}>
            <Ellipsis size={22} strokeWidth={1.75} aria-hidden="true" />
            <span>More</span>
          </button>
        )}
      />
    </nav>
  );
}
