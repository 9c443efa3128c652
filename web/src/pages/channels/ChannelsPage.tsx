import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Mail, Plus, Webhook } from "lucide-react";
import { errorText } from "../../api/client";
import { updateChannel } from "../../api/endpoints";
import { channelsQuery } from "../../api/queries";
import type { Channel } from "../../api/types";
import { plural } from "../../lib/format";
import { links } from "../../routes/links";
import { useParams } from "../../routes/router";
import { useMay } from "../../state/session";
import { Button } from "../../ui/Button";
import { cx } from "../../ui/cx";
import { EmptyState, ErrorState, SkeletonRows } from "../../ui/States";
import { Switch } from "../../ui/Switch";
import { Page } from "../frame/Page";
import { ChannelDialog } from "./ChannelDialog";
import { draftOf, requestOf } from "./channelForm";
import styles from "./Channels.module.css";
import { DeliveryLog, Outcome } from "./DeliveryLog";

/** Who is told, how, and whether it arrived. */
export function ChannelsPage() {
  const [params, change] = useParams();
  const { data, error, refetch } = useQuery({ ...channelsQuery(), refetchInterval: 10_000 });
  const offBecause = useMay("operator") ? null : "Your role, viewer, may look. Operators change channels.";
  const add = () => change({ add: "email", edit: null });
  const close = () => change({ add: null, edit: null }, { replace: true });
  const adding = params.get("add");
  const edited = data?.find((channel) => channel.id === params.get("edit"));
  const start = adding === null ? edited : adding === "webhook" ? "webhook" : "email";
  return (
    <Page name="Channels" above={[{ label: "Alerts", href: links.alerts() }]}>
      <div className={styles.head}>
        <h1 className="title">{headline(data)}</h1>
        <Button kind="primary" icon={<Plus size={16} aria-hidden="true" />} offBecause={offBecause} onClick={add}>Add a channel</Button>
      </div>
      {error !== null && <ErrorState what="Not loaded:" why={errorText(error)} onRetry={() => void refetch()} />}
      {data === undefined ? error === null && <div className={styles.list}><SkeletonRows rows={2} label="Loading channels" /></div>
        : <ChannelList channels={data} offBecause={offBecause} onEdit={(channel) => change({ edit: channel.id })} />}
      <DeliveryLog offBecause={offBecause} />
      {start !== undefined && (
        <ChannelDialog key={typeof start === "string" ? "new" : start.id} start={start} offBecause={offBecause} onClose={close} onKind={(kind) => change({ add: kind }, { replace: true })} />
      )}
    </Page>
  );
}

function headline(channels: readonly Channel[] | undefined): React.ReactNode {
  if (channels === undefined) return "Channels";
  const on = channels.filter((channel) => channel.enabled);
  if (on.length === 0) return <>Nobody is told. <span>Alerts show on this page and nowhere else.</span></>;
  const critical = on.filter((channel) => channel.severities.includes("critical")).length;
  const off = channels.length - on.length;
  return <>{plural(on.length, "channel tells", "channels tell")} about alerts. <span>{critical === 0 ? "None takes critical ones." : ""}{off > 0 ? ` ${off} off.` : ""}</span></>;
}

interface ChannelListProps { channels: readonly Channel[]; offBecause: string | null; onEdit: (channel: Channel) => void }

function ChannelList({ channels, offBecause, onEdit }: ChannelListProps) {
  if (channels.length === 0) {
    return <div className={styles.list} style={{ paddingTop: 8 }}><EmptyState>No channel exists. Add one, send a test, and an alert reaches you within seconds: by e-mail, or by a webhook that other tools understand.</EmptyState></div>;
  }
  return (
    <ul className={styles.list} aria-label="Channels">
      {channels.map((channel) => <li key={channel.id}><ChannelRow channel={channel} offBecause={offBecause} onEdit={() => onEdit(channel)} /></li>)}
    </ul>
  );
}

function targetOf(channel: Channel): string {
  if (channel.email !== null) return `${channel.email.to.join(", ")} by ${channel.email.host}`;
  return channel.webhook?.url ?? "";
}

function ChannelRow({ channel, offBecause, onEdit }: { channel: Channel; offBecause: string | null; onEdit: () => void }) {
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: (enabled: boolean) => updateChannel(channel.id, requestOf({ ...draftOf(channel), enabled })),
    onSettled: () => client.invalidateQueries({ queryKey: ["channels"] }),
  });
  const Icon = channel.kind === "email" ? Mail : Webhook;
  const both = channel.severities.length === 2;
  const problem = change.error !== null ? `Not changed: ${errorText(change.error)}` : channel.problem;
  return (
    <div className={cx(styles.row, !channel.enabled && styles.off)}>
      <Icon size={17} strokeWidth={1.75} aria-hidden="true" />
      <div className={styles.what}>
        <b>{channel.name}</b>
        <p className="meta" title={targetOf(channel)}>{channel.kind === "email" ? "E-mail to " : "Webhook "}{targetOf(channel)}</p>
      </div>
      <span>{both ? "Critical and warning" : channel.severities[0] === "critical" ? "Critical only" : "Warning only"}<br /><span className="meta">{channel.sendResolved ? "and when it ends" : "not when it ends"}</span></span>
      <div className={styles.last}>{channel.lastDelivery === null ? <span className="ink3">nothing sent yet</span> : <Outcome delivery={channel.lastDelivery} />}</div>
      <span className={styles.end}><Switch label={`${channel.name} enabled`} checked={channel.enabled} offBecause={offBecause} onChange={(enabled) => change.mutate(enabled)} /></span>
      <span className={styles.button}><Button small onClick={onEdit}>{offBecause === null ? "Edit" : "Look"}</Button></span>
      {problem !== null && <p className={styles.problem} role="alert">{problem}</p>}
    </div>
  );
}
