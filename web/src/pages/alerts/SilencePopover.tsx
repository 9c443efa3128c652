import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { BellOff, ChevronDown } from "lucide-react";
import { useState } from "react";
import { errorText } from "../../api/client";
import { previewSilence } from "../../api/endpoints";
import type { AlertItem, SilenceRequest } from "../../api/types";
import { plural } from "../../lib/format";
import { commonMatchers, formatMatchers, parseMatchers, type ParsedMatchers } from "../../lib/matchers";
import { silenceChoices, silenceEndProblem } from "../../lib/silence";
import { clockInput, timeOfClock } from "../../lib/time";
import { Button } from "../../ui/Button";
import { TextField } from "../../ui/Field";
import { Popover } from "../../ui/Popover";
import { useNow } from "../../ui/TimeText";
import styles from "./Alerts.module.css";
import { matchable, telling } from "./model";

interface SilencePopoverProps {
  alerts: readonly AlertItem[];
  onSilence: (silence: SilenceRequest) => void;
  offBecause: string | null;
  /** The key shown beside the word; only where it is the one that opens. */
  hint?: string;
  quiet?: boolean;
}

/** For how long, what it covers, and what that would hold back. */
export function SilencePopover({ alerts, onSilence, offBecause, hint, quiet = false }: SilencePopoverProps) {
  const label = alerts.length === 1 ? `Silence ${alerts[0]?.host ?? ""}` : `Silence ${alerts.length} alerts`;
  return (
    <Popover
      label={label}
      trigger={(props) => (
        <Button {...props} small kind={quiet ? "quiet" : "plain"} offBecause={offBecause} icon={<BellOff size={14} aria-hidden="true" />} {...(hint === undefined ? {} : { hint })}>
          Silence
        </Button>
      )}
    >
      {(close) => <SilenceForm title={label} alerts={alerts} onSilence={(silence) => { close(); onSilence(silence); }} />}
    </Popover>
  );
}

/** As narrow as the alerts allow: same rule, same host, and for one alert its own labels. */
function startingText(alerts: readonly AlertItem[]): string {
  const own = alerts.length === 1 ? telling(alerts[0]?.labels ?? {}).map(([name]) => name) : [];
  return formatMatchers(commonMatchers(alerts.map(matchable), ["alertname", "host", ...own]));
}

function SilenceForm({ title, alerts, onSilence }: { title: string; alerts: readonly AlertItem[]; onSilence: (silence: SilenceRequest) => void }) {
  const now = useNow();
  const [covers, setCovers] = useState(() => startingText(alerts));
  const [comment, setComment] = useState("");
  const [custom, setCustom] = useState<string | null>(null);
  const [tried, setTried] = useState(false);
  const parsed = parseMatchers(covers);
  const silenceUntil = (endsMs: number) => {
    setTried(true);
    if (parsed.ok && silenceEndProblem(endsMs, Date.now()) === null) onSilence({ matchers: parsed.matchers, endsMs, comment: comment.trim() });
  };
  const customEnd = custom === null ? Number.NaN : timeOfClock(custom);
  return (
    <div className={styles.silence}>
      <div className={styles.silenceHead}><b>{title}</b><p className="meta">Stays visible here; nobody is told.</p></div>
      {silenceChoices(now).map((choice) => (
        <button key={choice.id} type="button" className={styles.choice} onClick={() => silenceUntil(choice.endsMs)}>
          <span>{choice.label}</span><span>{choice.detail}</span>
        </button>
      ))}
      <button type="button" className={styles.choice} aria-expanded={custom !== null} onClick={() => setCustom(custom === null ? clockInput(now + 86_400_000) : null)}>
        <span>Custom…</span><span>day and time <ChevronDown size={12} aria-hidden="true" style={{ display: "inline" }} /></span>
      </button>
      {custom !== null && (
        <div className={styles.custom}>
          <TextField label="Until" type="datetime-local" value={custom} onChange={setCustom} min={clockInput(now)}
            error={tried ? silenceEndProblem(customEnd, now) : null} />
          <Button kind="primary" small onClick={() => silenceUntil(customEnd)}>Silence until then</Button>
        </div>
      )}
      <div className={styles.covers}>
        <TextField label="What it covers" value={covers} onChange={setCovers} error={parsed.ok ? null : `${parsed.problem}${where(parsed, covers)}`} />
        <div className={styles.plain}><TextField label="Why" value={comment} onChange={setComment} placeholder="for whoever wonders, optional" /></div>
        <Preview parsed={parsed} />
      </div>
    </div>
  );
}

function where(parsed: ParsedMatchers & { ok: false }, text: string): string {
  return parsed.at > 0 && parsed.at < text.length ? ` (character ${parsed.at + 1})` : "";
}

/** "Holds back 2 alerts now. In the last 30 days it would have held back 5, 1 of them critical." */
function Preview({ parsed }: { parsed: ParsedMatchers }) {
  const matchers = parsed.ok ? parsed.matchers : [];
  const { data, error } = useQuery({
    queryKey: ["silencePreview", formatMatchers(matchers)], queryFn: ({ signal }) => previewSilence(matchers, signal), enabled: parsed.ok,
    placeholderData: keepPreviousData,
  });
  if (!parsed.ok) return null;
  if (error !== null) return <p className="meta critText" role="alert">What it holds back is not known: {errorText(error)}</p>;
  if (data === undefined) return <p className="meta">Counting what it would hold back…</p>;
  const past = data.last30Days === 0 ? "In the last 30 days nothing." : `In the last 30 days it would have held back ${data.last30Days}`;
  return (
    <p className="meta" role="status">
      {data.now === 0 ? "Holds back nothing now." : `Holds back ${plural(data.now, "alert")} now.`} {past}
      {data.last30Days > 0 && data.critical > 0 && <>, <b className="ink2">{data.critical} of them critical</b></>}{data.last30Days > 0 && "."}
    </p>
  );
}
