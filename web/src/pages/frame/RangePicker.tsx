import { ChevronDown, Clock } from "lucide-react";
import { useMemo, useState } from "react";
import { clockInput, formatSpan, timeOfClock } from "../../lib/time";
import { useParams } from "../../routes/router";
import { serverNow } from "../../state/live";
import { decodeRange, encodeRange, RANGE_CHOICES, shiftRange, windowAt, type TimeRange } from "../../state/timeRange";
import { useShortcut } from "../../state/shortcuts";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { TextField } from "../../ui/Field";
import { Menu } from "../../ui/Menu";
import { useNow } from "../../ui/TimeText";
import styles from "./Frame.module.css";

/** The range in the address and a function to change it. */
export function useTimeRange(): [TimeRange, (range: TimeRange, zoomed?: boolean) => void] {
  const [params, setParams] = useParams();
  const range = useMemo(() => decodeRange(params), [params]);
  return [range, (next, zoomed = false) => setParams(encodeRange(next), { zoomed })];
}

export function RangePicker() {
  const [range, setRange] = useTimeRange();
  const [custom, setCustom] = useState(false);
  const now = useNow();
  useShortcut("[", "Back in time", () => setRange(shiftRange(range, -1, serverNow())));
  useShortcut("]", "Forth in time", () => setRange(shiftRange(range, 1, serverNow())));
  useShortcut("t", "Time range", () => document.querySelector<HTMLButtonElement>("[data-range] button")?.click());
  const label = range.kind === "fixed"
    ? formatSpan(range.fromMs, range.toMs, now)
    : RANGE_CHOICES.find((choice) => choice.ms === range.ms)?.label ?? "";
  const items = [
    ...RANGE_CHOICES.map((choice) => ({
      id: choice.code, label: choice.label, checked: range.kind === "last" && range.ms === choice.ms,
      onSelect: () => setRange({ kind: "last", ms: choice.ms }),
    })),
    { id: "custom", label: "Custom…", checked: range.kind === "fixed", detail: "from, to", onSelect: () => setCustom(true) },
  ];
  return (
    <span data-range>
      <Menu
        label="Time range" items={items}
        trigger={(props) => (
          <Button {...props} kind="quiet" icon={<Clock size={15} />}>
            <span className={styles.wide}>{label}</span> <ChevronDown size={14} style={{ verticalAlign: "-2px" }} aria-label={`Time range: ${label}`} />
          </Button>
        )}
      />
      {custom && <CustomRange range={range} onPick={setRange} onClose={() => setCustom(false)} />}
    </span>
  );
}

function CustomRange({ range, onPick, onClose }: { range: TimeRange; onPick: (range: TimeRange) => void; onClose: () => void }) {
  const window = windowAt(range, serverNow());
  const [from, setFrom] = useState(() => clockInput(window.fromMs));
  const [to, setTo] = useState(() => clockInput(window.toMs));
  const fromMs = timeOfClock(from);
  const toMs = timeOfClock(to);
  const wrong = Number.isNaN(fromMs) || Number.isNaN(toMs)
    ? "Give both a date and a time."
    : toMs - fromMs < 60_000 ? "The end must be at least a minute after the beginning." : null;
  const apply = () => {
    if (wrong !== null) return;
    onPick({ kind: "fixed", fromMs, toMs });
    onClose();
  };
  return (
    <Dialog
      title="Time range" narrow onClose={onClose}
      footer={<><Button onClick={onClose}>Cancel</Button><Button kind="primary" offBecause={wrong} onClick={apply}>Show</Button></>}
    >
      <form className={styles.custom} onSubmit={(event) => { event.preventDefault(); apply(); }}>
        <TextField label="From" type="datetime-local" value={from} onChange={setFrom} autoFocus />
        <TextField label="To" type="datetime-local" value={to} onChange={setTo} error={wrong} />
      </form>
    </Dialog>
  );
}
