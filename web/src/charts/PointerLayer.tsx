import { useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import { formatValue } from "../lib/format";
import { formatClockSeconds, formatSpan } from "../lib/time";
import { useStore } from "../state/store";
import { Chip } from "../ui/Chip";
import styles from "./Chart.module.css";
import { crosshairStore } from "./crosshair";
import type { Layout } from "./layout";
import type { ChartData } from "./model";
import { nearest } from "./points";

interface PointerLayerProps {
  layout: Layout;
  data: ChartData;
  name: string;
  onZoom?: ((fromMs: number, toMs: number) => void) | undefined;
  onBack?: (() => void) | undefined;
  /** Dragging with Shift asks what changed there. */
  onAsk?: ((fromMs: number, toMs: number) => void) | undefined;
}

const DRAG_LEAST_PX = 6;
const HOLD_MS = 250;

/**
 * Pointing, zooming and reading by keyboard: moving points, dragging zooms, with Shift asks what changed there, a double click goes back, arrows step by one
 * sample (with Shift by ten). On touch one holds to read, so that the page still scrolls.
 */
export function PointerLayer({ layout, data, name, onZoom, onBack, onAsk }: PointerLayerProps) {
  // What is being dragged, and its picture. A busy page gets the last move and the release in one go and draws neither
  // in between, so the release decides by where it happened, not by what was drawn last.
  const started = useRef<{ from: number; asks: boolean } | null>(null);
  const [drag, setDrag] = useState<{ from: number; to: number; asks: boolean } | null>(null);
  const held = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const reading = useRef(false);
  const main = layout.lines[0]?.series.points ?? [];

  const timeAt = (event: PointerEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * layout.width;
    return layout.x.invert(Math.min(layout.right, Math.max(layout.left, x)));
  };
  const point = (timeMs: number) => crosshairStore.set(nearest(main, timeMs, (data.toMs - data.fromMs) / 60)?.timeMs ?? timeMs);

  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    const timeMs = timeAt(event);
    if (event.pointerType === "touch") {
      held.current = setTimeout(() => { reading.current = true; point(timeMs); }, HOLD_MS);
    } else if (event.button === 0 && onZoom !== undefined) {
      event.currentTarget.setPointerCapture(event.pointerId);
      started.current = { from: timeMs, asks: event.shiftKey && onAsk !== undefined };
      setDrag({ ...started.current, to: timeMs });
    }
  };
  const onPointerMove = (event: PointerEvent<HTMLElement>) => {
    const timeMs = timeAt(event);
    if (event.pointerType === "touch" && !reading.current) return clearTimeout(held.current);
    point(timeMs);
    if (started.current !== null) setDrag({ ...started.current, to: timeMs });
  };
  const release = () => {
    clearTimeout(held.current);
    reading.current = false;
    started.current = null;
    setDrag(null);
  };
  const end = (event: PointerEvent<HTMLElement>) => {
    const dragged = started.current;
    release();
    if (dragged === null) return;
    const to = timeAt(event);
    if (Math.abs(layout.x(to) - layout.x(dragged.from)) >= DRAG_LEAST_PX) {
      (dragged.asks ? onAsk : onZoom)?.(Math.min(dragged.from, to), Math.max(dragged.from, to));
    }
  };
  const leave = () => {
    clearTimeout(held.current);
    reading.current = false;
    if (started.current === null) crosshairStore.set(null);
  };
  const cancel = () => {
    release();
    crosshairStore.set(null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === "Escape") crosshairStore.set(null);
    if (step === undefined || main.length === 0) return;
    event.preventDefault();
    crosshairStore.set(stepped(main, crosshairStore.get() ?? data.toMs, step * (event.shiftKey ? 10 : 1), data)?.timeMs ?? null);
  };

  return (
    <>
      <div
        className={styles.cursor} role="slider" tabIndex={0} aria-label={`Time cursor of ${name}`} {...useCursorValues(data, layout)}
        onPointerDown={onPointerDown} onPointerMove={onPointerMove} onPointerUp={end} onPointerCancel={cancel} onPointerLeave={leave}
        onDoubleClick={onBack} onKeyDown={onKeyDown} onBlur={() => crosshairStore.set(null)}
      />
      {drag !== null && <Selection layout={layout} from={drag.from} to={drag.to} asks={drag.asks} nowMs={data.toMs} />}
    </>
  );
}

function stepped(points: readonly { timeMs: number; value: number }[], fromMs: number, step: number, data: ChartData) {
  const visible = points.filter((candidate) => candidate.timeMs >= data.fromMs && candidate.timeMs <= data.toMs);
  const at = visible.findIndex((candidate) => candidate.timeMs >= fromMs);
  const index = (at < 0 ? visible.length - 1 : at) + step;
  return visible[Math.max(0, Math.min(visible.length - 1, index))];
}

/** What a screen reader says about the cursor. */
function useCursorValues(data: ChartData, layout: Layout) {
  const timeMs = useStore(crosshairStore) ?? data.toMs;
  const values = layout.lines.map((line) => {
    const hit = nearest(line.series.points, timeMs);
    return hit === null ? "no value" : `${layout.lines.length > 1 ? `${line.series.name} ` : ""}${formatValue(hit.value, data.unit)}`;
  });
  return {
    "aria-valuemin": Math.round(data.fromMs), "aria-valuemax": Math.round(data.toMs),
    "aria-valuenow": Math.round(Math.min(data.toMs, Math.max(data.fromMs, timeMs))),
    "aria-valuetext": `${formatClockSeconds(timeMs)}: ${values.join(", ")}`,
  };
}

interface SelectionProps { layout: Layout; from: number; to: number; asks: boolean; nowMs: number }

function Selection({ layout, from, to, asks, nowMs }: SelectionProps) {
  const left = layout.x(Math.min(from, to));
  const width = Math.max(1, layout.x(Math.max(from, to)) - left);
  if (width < DRAG_LEAST_PX) return null;
  return (
    <>
      <svg width={layout.width} height={layout.height} aria-hidden="true">
        <rect className={styles.selection} x={left} y={layout.top} width={width} height={layout.bottom - layout.top} />
      </svg>
      <span className={styles.chip} style={{ left: Math.max(8, left - 110) }}>
        <Chip tone="line">{asks && "What changed "}{formatSpan(Math.min(from, to), Math.max(from, to), nowMs)}{asks && "?"}</Chip>
      </span>
    </>
  );
}
