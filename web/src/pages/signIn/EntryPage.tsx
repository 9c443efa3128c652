import { useEffect, type ReactNode } from "react";
import { Glyph, Mark } from "../../ui/Glyph";
import styles from "./EntryPage.module.css";

interface EntryPageProps {
  /** The browser's tab. */
  name: string;
  title: string;
  lead?: ReactNode;
  /** Small print below the card. */
  note?: ReactNode;
  children: ReactNode;
}

/** The page before the dashboard: one card, nothing to click away to. */
export function EntryPage({ name, title, lead, note, children }: EntryPageProps) {
  useEffect(() => { document.title = `${name} · Presage`; }, [name]);
  return (
    <main className={styles.entry} id="main">
      <div className={styles.inner}>
        <p className={styles.mark}><Mark size={34} />Presage</p>
        <section className={styles.card} aria-label={title}>
          <h1 className="title">{title}</h1>
          <div className={styles.lead}>{lead}</div>
          {children}
        </section>
        {note !== undefined && <div className={styles.note}>{note}</div>}
      </div>
    </main>
  );
}

/** The fields of the card; what the server refused stands on top. */
export function EntryForm({ onSubmit, refused, children }: { onSubmit: () => void; refused: ReactNode; children: ReactNode }) {
  return (
    <form className={styles.form} noValidate onSubmit={(event) => { event.preventDefault(); onSubmit(); }}>
      {refused !== null && (
        <p className={styles.wrong} role="alert"><Glyph kind="crit" size={15} decorative /><span>{refused}</span></p>
      )}
      {children}
    </form>
  );
}
