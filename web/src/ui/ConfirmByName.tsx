import { useId, useState } from "react";
import { Button } from "./Button";
import styles from "./ConfirmByName.module.css";
import { TextField } from "./Field";

interface ConfirmByNameProps {
  /** The button: "Delete this channel". */
  action: string;
  /** What has to be typed. */
  name: string;
  /** What will be gone. */
  consequence: string;
  offBecause?: string | null;
  busy?: boolean;
  onConfirm: () => void;
}

/** For what cannot be undone: asks by naming the thing, in place. */
export function ConfirmByName({ action, name, consequence, offBecause = null, busy = false, onConfirm }: ConfirmByNameProps) {
  const [asking, setAsking] = useState(false);
  const [typed, setTyped] = useState("");
  const id = useId();
  if (!asking) return <Button kind="quiet" small offBecause={offBecause} onClick={() => setAsking(true)}>{`${action}…`}</Button>;
  const submit = () => { if (typed.trim() === name) onConfirm(); };
  return (
    <div className={styles.confirm} role="group" aria-labelledby={id}>
      <p id={id} className="small ink2">{consequence}</p>
      <div className={styles.row} onKeyDown={(event) => { if (event.key === "Enter") { event.preventDefault(); submit(); } }}>
        <TextField label={`Type ${name} to confirm`} value={typed} onChange={setTyped} autoFocus autoComplete="off" />
        <Button kind="primary" busy={busy} offBecause={typed.trim() === name ? null : `Type ${name} first.`} onClick={submit}>{action}</Button>
        <Button onClick={() => setAsking(false)}>Keep it</Button>
      </div>
    </div>
  );
}
