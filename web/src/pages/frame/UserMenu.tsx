import { LogOut, SunMoon } from "lucide-react";
import { useQueryClient } from "@tanstack/react-query";
import { signOut } from "../../api/endpoints";
import { useSession } from "../../state/session";
import { switchTheme, themeStore } from "../../state/theme";
import { useStore } from "../../state/store";
import { Button } from "../../ui/Button";
import { Chip } from "../../ui/Chip";
import { cx } from "../../ui/cx";
import { Menu } from "../../ui/Menu";
import styles from "./Frame.module.css";

/** Theme and, where people sign in, who one is. */
export function UserMenu() {
  const session = useSession();
  const theme = useStore(themeStore);
  const account = session.auth === "none" ? null : session.user;
  const themeLabel = theme === "dark" ? "Switch to light" : "Switch to dark";
  return (
    <>
      <span className={cx(account !== null && styles.wide)}><Button kind="quiet" label={themeLabel} icon={<SunMoon size={16} />} onClick={switchTheme} /></span>
      {account === null
        ? <span className={cx(styles.open, styles.wide)}><Chip tone="line" title={`Started with --auth none on ${session.listen}: whoever reaches this address may change everything. Only this machine can.`}>No sign-in</Chip></span>
        : <Account name={account.name} role={account.role} themeLabel={themeLabel} />}
    </>
  );
}

function Account({ name, role, themeLabel }: { name: string; role: string; themeLabel: string }) {
  const client = useQueryClient();
  const leave = async () => {
    await signOut();
    await client.invalidateQueries({ queryKey: ["session"] });
  };
  const initials = name.split(/[\s._-]+/).map((word) => word.charAt(0)).join("").slice(0, 2).toUpperCase();
  return (
    <Menu
      label="Account" header={<><b>{name}</b><p className="meta">{role}</p></>}
      items={[
        { id: "theme", label: themeLabel, icon: <SunMoon size={16} aria-hidden="true" />, onSelect: switchTheme },
        { id: "out", label: "Sign out", icon: <LogOut size={16} aria-hidden="true" />, onSelect: () => void leave() },
      ]}
      trigger={({ expanded, hasPopup, onClick }) => (
        <button type="button" className={styles.avatar} aria-label={`${name}, ${role}`} aria-expanded={expanded} aria-haspopup={hasPopup} onClick={onClick}>
          {initials}
        </button>
      )}
    />
  );
}
