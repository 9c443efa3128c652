import { useMutation } from "@tanstack/react-query";
import { ChevronRight, CirclePlus, Send } from "lucide-react";
import { errorText } from "../../api/client";
import { createEnrolment } from "../../api/endpoints";
import { formatTime } from "../../lib/time";
import { links } from "../../routes/links";
import { useMay } from "../../state/session";
import { Button } from "../../ui/Button";
import { CodeBlock } from "../../ui/CodeBlock";
import { Panel } from "../../ui/Panel";
import { useNow } from "../../ui/TimeText";
import styles from "./Overview.module.css";

/** The next step of a new installation. A token is only made when somebody asks for the command. */
export function AddServerPanel({ first }: { first: boolean }) {
  const may = useMay("operator");
  const now = useNow();
  const enrolment = useMutation({ mutationFn: () => createEnrolment({}) });
  return (
    <Panel title={first ? "Add the first server" : "Add the next server"} meta="one line">
      <div className={styles.enrol}>
        {enrolment.data !== undefined && (
          <>
            <CodeBlock text={enrolment.data.installCommand} label="Install command" primary />
            <p className="meta">Run it as root on the other machine. Works until {formatTime(enrolment.data.expiresMs, now)}.</p>
          </>
        )}
        {enrolment.data === undefined && may && (
          <>
            <p className="small ink2">One command installs the agent on a Linux server; its first values appear here a few seconds later.</p>
            <Button kind="primary" busy={enrolment.isPending} onClick={() => enrolment.mutate()}>Make the command</Button>
          </>
        )}
        {!may && <p className="small ink2">An operator or administrator can add servers; your role only reads.</p>}
        {enrolment.error !== null && <p role="alert" className="small critText">No command made: {errorText(enrolment.error)}</p>}
      </div>
      <a className={styles.option} href={links.servers()}><CirclePlus size={18} strokeWidth={1.75} aria-hidden="true" /><span>An existing Prometheus, or the agent by hand</span><ChevronRight size={16} aria-hidden="true" /></a>
      <a className={styles.option} href={links.channels()}><Send size={18} strokeWidth={1.75} aria-hidden="true" /><span>Say who is told: e-mail or webhook</span><ChevronRight size={16} aria-hidden="true" /></a>
    </Panel>
  );
}
