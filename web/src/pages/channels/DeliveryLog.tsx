import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { CircleCheck, Clock } from "lucide-react";
import { errorText } from "../../api/client";
import { retryDelivery } from "../../api/endpoints";
import { deliveriesQuery } from "../../api/queries";
import type { Delivery } from "../../api/types";
import { formatDuration, plural } from "../../lib/format";
import { formatClockSeconds, timeTooltip } from "../../lib/time";
import { links } from "../../routes/links";
import { Button } from "../../ui/Button";
import { Glyph } from "../../ui/Glyph";
import { Panel } from "../../ui/Panel";
import { EmptyState, ErrorState, SkeletonRows } from "../../ui/States";
import { TimeText, useNow } from "../../ui/TimeText";
import styles from "./Channels.module.css";

const SHOWN = 50;

/** Every message: sent, waiting or given up, with the far end's words. */
export function DeliveryLog({ offBecause }: { offBecause: string | null }) {
  const { data, error, refetch } = useQuery(deliveriesQuery(SHOWN));
  const meta = data === undefined ? undefined : data.length === SHOWN ? `the last ${SHOWN}` : plural(data.length, "message");
  return (
    <Panel title="Delivery log" meta={meta}>
      {error !== null && <ErrorState what="Not loaded:" why={errorText(error)} onRetry={() => void refetch()} />}
      {data === undefined ? error === null && <SkeletonRows rows={3} label="Loading the delivery log" /> : <Log deliveries={data} offBecause={offBecause} />}
    </Panel>
  );
}

function Log({ deliveries, offBecause }: { deliveries: readonly Delivery[]; offBecause: string | null }) {
  if (deliveries.length === 0) return <EmptyState>No message has been sent yet. Tests are answered at once and do not show here.</EmptyState>;
  return <ul className={styles.log} aria-label="Deliveries">{deliveries.map((delivery) => <Row key={delivery.id} delivery={delivery} offBecause={offBecause} />)}</ul>;
}

function Row({ delivery, offBecause }: { delivery: Delivery; offBecause: string | null }) {
  const client = useQueryClient();
  const retry = useMutation({
    mutationFn: () => retryDelivery(delivery.id),
    onSettled: () => Promise.all(["deliveries", "channels"].map((key) => client.invalidateQueries({ queryKey: [key] }))),
  });
  const to = delivery.recipient === "" || delivery.recipient === delivery.channel ? "" : ` to ${delivery.recipient}`;
  return (
    <li>
      <StateIcon state={delivery.state} />
      <span className={styles.subject} title={delivery.subject}>
        {delivery.alertId === null ? delivery.subject : <a className="link" href={links.alert(delivery.alertId)}>{delivery.subject}</a>}
      </span>
      <span className="ink2">{delivery.channel}{to}</span>
      <span><Outcome delivery={delivery} />{retry.error !== null && <span className="critText"> Not tried: {errorText(retry.error)}</span>}</span>
      <span className={styles.act}>
        {delivery.state !== "delivered" && <Button small busy={retry.isPending} offBecause={offBecause} onClick={() => retry.mutate()}>Try again</Button>}
      </span>
    </li>
  );
}

export function StateIcon({ state }: { state: Delivery["state"] }) {
  if (state === "failed") return <Glyph kind="warn" size={15} decorative />;
  return state === "delivered" ? <CircleCheck size={15} aria-hidden="true" /> : <Clock size={15} aria-hidden="true" />;
}

/** "Not delivered. 8 tries, last answer “503”." with the times. */
export function Outcome({ delivery }: { delivery: Delivery }) {
  const now = useNow();
  const answer = delivery.answer === null || delivery.answer === "" ? null : <code className={styles.answer}>{delivery.answer}</code>;
  if (delivery.state === "delivered") {
    return <>Delivered <TimeText at={delivery.lastAttemptMs ?? delivery.createdMs} /><br /><span className="meta">{delivery.attempts > 1 && `${plural(delivery.attempts, "try", "tries")}, `}{answer}</span></>;
  }
  if (delivery.state === "failed") {
    return <><span className="warnText">Not delivered.</span> {plural(delivery.attempts, "try", "tries")}, the last <TimeText at={delivery.lastAttemptMs ?? delivery.createdMs} /><br /><span className="meta">{answer}</span></>;
  }
  const next = delivery.nextAttemptMs;
  const when = next === null || next <= now ? "now" : <span title={timeTooltip(next)}>at {formatClockSeconds(next)}, in {formatDuration(next - now)}</span>;
  return <>Waiting{delivery.attempts > 0 && `, ${plural(delivery.attempts, "try", "tries")} so far`}. Next try {when}<br /><span className="meta">{answer}</span></>;
}
