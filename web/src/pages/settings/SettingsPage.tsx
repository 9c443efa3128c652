import { useSession } from "../../state/session";
import { useParams } from "../../routes/router";
import { links } from "../../routes/links";
import { Page } from "../frame/Page";
import styles from "./Settings.module.css";
import { ModelsPanel } from "./ModelsPanel";
import { SeriesPanel } from "./SeriesPanel";
import { SnapshotsPanel } from "./SnapshotsPanel";
import { AboutPanel, AuditPanel, BrowserPanel, StoragePanel } from "./StatusPanels";
import { TokensPanel } from "./TokensPanel";
import { UsersPanel } from "./UsersPanel";

function StorageSection() {
  return <><StoragePanel /><SeriesPanel /><SnapshotsPanel /></>;
}

const SECTIONS = [
  { id: "people", label: "People", view: UsersPanel },
  { id: "tokens", label: "Tokens", view: TokensPanel },
  { id: "storage", label: "Storage", view: StorageSection },
  { id: "models", label: "Models", view: ModelsPanel },
  { id: "audit", label: "Audit log", view: AuditPanel },
  { id: "browser", label: "This browser", view: BrowserPanel },
  { id: "about", label: "About", view: AboutPanel },
] as const;

/** Accounts, tokens, what the server uses, who did what. One section at a time, each an address. */
export function SettingsPage() {
  const [params] = useParams();
  const { user, serverHost } = useSession();
  const wanted = params.get("section");
  const section = SECTIONS.find((known) => known.id === wanted) ?? (user === null || user.role === "administrator" ? SECTIONS[0] : SECTIONS[2]);
  const View = section.view;
  return (
    <Page name="Settings">
      <h1 className="title">Settings <span>of {serverHost}</span></h1>
      <div className={styles.page}>
        <nav className={styles.nav} aria-label="Settings">
          {SECTIONS.map(({ id, label }) => <a key={id} href={`${links.settings()}?section=${id}`} aria-current={id === section.id ? "page" : undefined}>{label}</a>)}
        </nav>
        <div className={styles.sections}><View /></div>
      </div>
    </Page>
  );
}
