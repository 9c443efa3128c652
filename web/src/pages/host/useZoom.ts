import { useCallback } from "react";
import { isZoomEntry, useParams } from "../../routes/router";
import { DEFAULT_RANGE, encodeRange } from "../../state/timeRange";

const SHORTEST_MS = 10_000;

/** Zooming writes the window into the address; going back leaves the way one came. */
export function useZoom(): { zoom: (fromMs: number, toMs: number) => void; back: () => void } {
  const [, setParams] = useParams();
  const zoom = useCallback((fromMs: number, toMs: number) => {
    const middle = (fromMs + toMs) / 2;
    const half = Math.max(SHORTEST_MS, toMs - fromMs) / 2;
    setParams(encodeRange({ kind: "fixed", fromMs: middle - half, toMs: middle + half }), { zoomed: true });
  }, [setParams]);
  const back = useCallback(() => {
    if (isZoomEntry()) history.back();
    else if (new URLSearchParams(location.search).has("from")) setParams(encodeRange(DEFAULT_RANGE));
  }, [setParams]);
  return { zoom, back };
}
