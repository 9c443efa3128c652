import { Unplug } from "lucide-react";
import { useMemo, useRef, type ReactNode } from "react";
import { formatDuration } from "../lib/format";
import { Chip } from "../ui/Chip";
import { Glyph } from "../ui/Glyph";
import styles from "./Chart.module.css";
import { Crosshair } from "./Crosshair";
import { layOut, type Layout } from "./layout";
import { LineCanvas } from "./LineCanvas";
import { Behind, Lines, NowLine } from "./marks";
import type { ChartData } from "./model";
import { PointerLayer } from "./PointerLayer";
import { useWidth } from "./useWidth";
import { useStore } from "../state/store";
import { utcStore } from "../state/zone";

/** What to show in place of, or beside, the line. */
export type ChartStatus =
  | { kind: "ready" }
  | { kind: "loading" }
  | { kind: "empty"; text: ReactNode }
  | { kind: "error"; what: string; why: string; onRetry?: () => void }
  | { kind: "learning"; text: string };

export const READY: ChartStatus = { kind: "ready" };

interface ChartProps {
  name: string;
  /** The sentence a screen reader says: "Write latency, 24.6 ms now, usually 1.2 to 3.4". */
  sentence: string;
  data: ChartData;
  height: number;
  status?: ChartStatus;
  onZoom?: ((fromMs: number, toMs: number) => void) | undefined;
  onBack?: (() => void) | undefined;
  onAsk?: ((fromMs: number, toMs: number) => void) | undefined;
}

/** The one chart. Its height is fixed and its axes come first, so nothing moves when the line arrives. */
export function Chart({ name, sentence, data, height, status = READY, onZoom, onBack, onAsk }: ChartProps) {
  const ref = useRef<HTMLDivElement>(null);
  const width = useWidth(ref);
  const utc = useStore(utcStore);
  const layout = useMemo(
    () => (width === 0 ? null : layOut(data, width, height)),
    [data, width, height, utc], // eslint-disable-line react-hooks/exhaustive-deps -- the labels of the axis follow the zone
  );
  const age = data.staleSinceMs === undefined ? null : (data.nowMs ?? data.toMs) - data.staleSinceMs;
  return (
    <div ref={ref} className={styles.plot} style={{ height }}>
      {layout !== null && (
        <>
          <svg width={width} height={height} role="img" aria-label={sentence}><Behind layout={layout} data={data} /></svg>
          <LineCanvas layout={layout} />
          <svg width={width} height={height} aria-hidden="true">
            <NowLine layout={layout} data={data} />
            <Crosshair layout={layout} data={data} />
          </svg>
          <PointerLayer layout={layout} data={data} name={name} onZoom={onZoom} onBack={onBack} onAsk={onAsk} />
          <StatusLayer status={status} />
          {age !== null && <span className={styles.chip}><Chip tone="line"><Unplug size={13} aria-hidden="true" />{formatDuration(age)} old</Chip></span>}
        </>
      )}
    </div>
  );
}

function StatusLayer({ status }: { status: ChartStatus }) {
  switch (status.kind) {
    case "ready": return null;
    case "loading": return <div className={styles.over}><i className={styles.sheen} role="status" aria-label="Loading" /></div>;
    case "empty": return <div className={styles.over}><p>{status.text}</p></div>;
    case "learning": return <span className={styles.chip}><Chip tone="line"><Glyph kind="learn" size={12} decorative />{status.text}</Chip></span>;
    case "error": return (
      <div className={styles.over}>
        <div className={styles.failed} role="alert">
          <Glyph kind="crit" size={18} decorative />
          <p><b>{status.what}</b><br /><span className="meta">{status.why} {status.onRetry !== undefined && <button type="button" className="link" onClick={status.onRetry}>Try again</button>}</span></p>
        </div>
      </div>
    );
  }
}

/** The whole picture as one SVG, lines included: for stored test pictures and export. */
export function ChartPicture({ layout, data, title }: { layout: Layout; data: ChartData; title: string }) {
  return (
    <svg xmlns="http://www.w3.org/2000/svg" width={layout.width} height={layout.height} role="img" aria-label={title}>
      <Behind layout={layout} data={data} />
      <Lines layout={layout} />
      <NowLine layout={layout} data={data} />
    </svg>
  );
}
