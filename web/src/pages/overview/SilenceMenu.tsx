import { BellOff, ChevronDown } from "lucide-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { errorText } from "../../api/client";
import { createSilence, previewSilence } from "../../api/endpoints";
import type { Matcher } from "../../api/types";
import { plural } from "../../lib/format";
import { silenceChoices } from "../../lib/silence";
import { useMay } from "../../state/session";
import { Button } from "../../ui/Button";
import { Menu } from "../../ui/Menu";

/** A whole host, or one rule on it. */
export interface SilenceTarget { host: string; rule: string | null }

export function matchersOf(target: SilenceTarget): Matcher[] {
  const equal = (name: string, value: string): Matcher => ({ name, value, isRegex: false, isEqual: true });
  return [equal("host", target.host), ...(target.rule === null ? [] : [equal("alertname", target.rule)])];
}

interface SilenceMenuProps { target: SilenceTarget; small?: boolean; hint?: string }

/** Holds messages back for a while; says beforehand what that would have held back. */
export function SilenceMenu({ target, small = true, hint }: SilenceMenuProps) {
  const client = useQueryClient();
  const may = useMay("operator");
  const [open, setOpen] = useState(false);
  const matchers = matchersOf(target);
  const preview = useQuery({
    queryKey: ["silencePreview", target], queryFn: ({ signal }) => previewSilence(matchers, signal), enabled: open, retry: false,
  });
  const silence = useMutation({
    mutationFn: (endsMs: number) => createSilence({ matchers, endsMs, comment: "" }),
    onSuccess: () => Promise.all(["overview", "alerts", "host", "silences"].map((key) => client.invalidateQueries({ queryKey: [key] }))),
  });
  if (!may) return null;
  const items = silenceChoices(Date.now()).map((choice) => ({ id: choice.id, label: choice.label, detail: choice.detail, onSelect: () => silence.mutate(choice.endsMs) }));
  const subject = target.rule === null ? `everything on ${target.host}` : `“${target.rule}” on ${target.host}`;
  return (
    <>
      <Menu
        label="Silence for" wide align={small ? "left" : "right"} items={items} onOpenChange={setOpen}
        header={<><b>Silence {subject}</b><p className="meta">It stays visible under Alerts; nobody is told.</p></>}
        footer={<Consequence data={preview.data} error={preview.error} />}
        trigger={(props) => (
          <Button {...props} small={small} icon={small ? undefined : <BellOff size={15} aria-hidden="true" />} busy={silence.isPending} {...(hint === undefined ? {} : { hint })}>
            Silence <ChevronDown size={14} style={{ verticalAlign: "-2px" }} aria-hidden="true" />
          </Button>
        )}
      />
      {silence.error !== null && <span role="alert" className="meta critText">Not silenced: {errorText(silence.error)}</span>}
    </>
  );
}

function Consequence({ data, error }: { data: { now: number; last30Days: number; critical: number } | undefined; error: Error | null }) {
  if (error !== null) return <>What it would hold back is not known: {errorText(error)}</>;
  if (data === undefined) return <>Counting what it holds back…</>;
  return (
    <>
      Holds back {plural(data.now, "alert")} now. In the last 30&nbsp;days it would have held back {data.last30Days}
      {data.critical > 0 ? <>, <b className="ink2">{data.critical} of them critical</b></> : ", none of them critical"}.
    </>
  );
}
