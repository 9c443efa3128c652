import { useQuery } from "@tanstack/react-query";
import { Flame, Terminal } from "lucide-react";
import { useState } from "react";
import { errorText } from "../../api/client";
import { createEnrolment, getEnrolmentProgress } from "../../api/endpoints";
import { serversQuery } from "../../api/queries";
import type { Enrolment, ServerList } from "../../api/types";
import { formatValue } from "../../lib/format";
import { formatTime, timeTooltip } from "../../lib/time";
import { links } from "../../routes/links";
import { useSession } from "../../state/session";
import { Button, ButtonLink } from "../../ui/Button";
import { CodeBlock } from "../../ui/CodeBlock";
import { Dialog } from "../../ui/Dialog";
import { SelectField, TextField } from "../../ui/Field";
import { Glyph } from "../../ui/Glyph";
import { Banner, ErrorState } from "../../ui/States";
import { Steps } from "../../ui/Steps";
import { Tabs } from "../../ui/Tabs";
import { useNow } from "../../ui/TimeText";
import { HOURS, stepsOf, tokenText, type EnrolmentWish } from "./progress";
import styles from "./Servers.module.css";

export type AddTab = "linux" | "prometheus";

const TABS = [
  { id: "linux", label: "Linux", icon: <Terminal size={16} aria-hidden="true" />, href: links.addServer() },
  { id: "prometheus", label: "Prometheus", icon: <Flame size={16} aria-hidden="true" />, href: `${links.servers()}?add=prometheus` },
];

let opened = 0;

/** Makes a token, shows the line to run, and watches the server arrive. */
export function AddServerDialog({ tab, onClose }: { tab: AddTab; onClose: () => void }) {
  const [round, setRound] = useState(() => (opened += 1));
  const [wish, setWish] = useState<EnrolmentWish>({ label: "", many: false, hours: 24 });
  const [label, setLabel] = useState("");
  const many = wish.many || tab === "prometheus";
  const enrolment = useQuery({
    queryKey: ["enrolment", round, many, wish.hours, wish.label], staleTime: Infinity, gcTime: 0, retry: false, refetchOnWindowFocus: false,
    queryFn: () => createEnrolment({ hours: wish.hours, ...(wish.label === "" ? {} : { label: wish.label }), ...(many ? {} : { uses: 1 }) }),
  });
  const applyLabel = () => setWish((before) => ({ ...before, label: label.trim() }));
  return (
    <Dialog
      title="Add a server" onClose={onClose}
      meta={tab === "linux" ? "Run one line on it. First values appear within 5 seconds, the usual range after 6 minutes." : "A Prometheus that scrapes node exporters already sends on what it has."}
      footer={<Footer enrolment={enrolment.data} onAnother={() => setRound(() => (opened += 1))} />}
    >
      <Tabs label="Kind of server" tabs={TABS} current={tab} />
      <div className={styles.body}>
        <Reachable />
        <div className={styles.wish}>
          <div onBlur={applyLabel} onKeyDown={(event) => { if (event.key === "Enter") applyLabel(); }}>
            <TextField label="Label" value={label} onChange={setLabel} placeholder="what the list of tokens calls it, optional" autoComplete="off" />
          </div>
          {tab === "linux" && (
            <SelectField label="Works for" value={wish.many ? "many" : "one"} options={[{ value: "one", label: "one server" }, { value: "many", label: "many servers" }]}
              onChange={(value) => setWish({ ...wish, many: value === "many" })} />
          )}
          <SelectField label="To join within" value={String(wish.hours)} options={HOURS} onChange={(value) => setWish({ ...wish, hours: Number(value) })} />
        </div>
        {enrolment.error !== null ? <ErrorState what="No token was made:" why={errorText(enrolment.error)} onRetry={() => void enrolment.refetch()} />
          : <div className={styles.hold}>{enrolment.data !== undefined && <Commands tab={tab} enrolment={enrolment.data} many={many} />}</div>}
        {enrolment.data !== undefined && <div className={styles.steps}><Progress enrolment={enrolment.data} sender={tab === "linux" ? "agent" : "Prometheus"} /></div>}
      </div>
    </Dialog>
  );
}

/** A server that answers only to itself cannot be reached from elsewhere: said before somebody wonders. */
function Reachable() {
  const { loopbackOnly, listen, auth } = useSession();
  if (!loopbackOnly) return null;
  return (
    <Banner icon={<Glyph kind="warn" size={16} decorative />}>
      <b>Other machines cannot reach this Presage yet:</b> it listens on {listen} only.{" "}
      {auth === "none" ? <>It was started without sign-in, which works on this machine alone.</> : <>Start it with <code>--listen 0.0.0.0:9440</code>, or set <code>listen</code> in presage.yaml.</>}
    </Banner>
  );
}

function Commands({ tab, enrolment, many }: { tab: AddTab; enrolment: Enrolment; many: boolean }) {
  const now = useNow();
  const until = <span title={timeTooltip(enrolment.expiresMs)}>{tokenText(many, formatTime(enrolment.expiresMs, now))}</span>;
  if (tab === "prometheus") {
    return (
      <>
        <p className={styles.label}>Add to its prometheus.yml, then reload it</p>
        <CodeBlock text={enrolment.remoteWriteYaml} label="Configuration for Prometheus" primary />
        <p className={`meta ${styles.notes}`}>{until} <span>Each <code>instance</code> becomes a host. Remote write 1.0.</span></p>
      </>
    );
  }
  return (
    <>
      <AgentOffer />
      <p className={styles.label}>Run as root, or a user who may use sudo</p>
      <CodeBlock text={enrolment.installCommand} label="Command that installs the agent" primary />
      <p className={`meta ${styles.notes}`}>{until} <a className="link" href="/install.sh" target="_blank" rel="noreferrer">See the script</a></p>
      <p className={styles.label} style={{ marginTop: 14 }}>Or run the agent by hand, without installing it</p>
      <CodeBlock text={enrolment.agentCommand} label="Command that runs the agent" />
    </>
  );
}

/** Whether the agent can be downloaded from here yet. */
function AgentOffer() {
  const { data } = useQuery(serversQuery());
  const platforms = data?.agent.platforms ?? [];
  if (platforms.length === 0 || platforms.some((platform) => platform.id === "linux-x64" && platform.available)) return null;
  const building = platforms.some((platform) => platform.building);
  return (
    <div style={{ marginBottom: 14 }}>
      <Banner icon={<Glyph kind={building ? "pend" : "warn"} size={16} decorative />}>
        {building ? <><b>The agent is being built on this server.</b> The command below works as soon as that is done, in about a minute.</>
          : <><b>The agent has not been built on this server.</b> Build it there with <code>dotnet publish src/Presage.Agent -c Release -r linux-x64</code>, or start Presage by <code>./run.sh</code>, which does it.</>}
      </Banner>
    </div>
  );
}

function useProgress(enrolment: Enrolment | undefined) {
  const progress = useQuery({
    queryKey: ["enrolmentProgress", enrolment?.id], enabled: enrolment !== undefined, refetchInterval: 1000,
    queryFn: ({ signal }) => getEnrolmentProgress(enrolment?.id ?? 0, signal),
  });
  const joined = (progress.data?.hosts.length ?? 0) > 0;
  const servers = useQuery({ ...serversQuery(), refetchInterval: joined ? 2000 : 15_000, select: (list: ServerList) => list.servers });
  return { progress, servers: servers.data ?? [] };
}

function Progress({ enrolment, sender }: { enrolment: Enrolment; sender: "agent" | "Prometheus" }) {
  const { progress, servers } = useProgress(enrolment);
  if (progress.error !== null) return <ErrorState what="How far it is, is not known:" why={errorText(progress.error)} onRetry={() => void progress.refetch()} />;
  return <div aria-live="polite"><Steps label="Progress" steps={stepsOf(progress.data, servers, sender)} /></div>;
}

function Footer({ enrolment, onAnother }: { enrolment: Enrolment | undefined; onAnother: () => void }) {
  const { progress } = useProgress(enrolment);
  const { data } = useQuery(serversQuery());
  const host = progress.data?.hosts[0]?.host;
  const size = data?.agent.platforms.find((platform) => platform.id === "linux-x64")?.bytes ?? null;
  return (
    <div className={styles.footer}>
      <span>{size === null ? "One small program, no other software needed." : `One program of ${formatValue(size, "bytes")}, no other software needed.`}</span>
      <Button onClick={onAnother}>{host === undefined ? "New token" : "Add another"}</Button>
      {host !== undefined && <ButtonLink kind="primary" href={links.host(host)}>{`Open ${host}`}</ButtonLink>}
    </div>
  );
}
