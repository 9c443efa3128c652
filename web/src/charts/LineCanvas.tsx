import { useLayoutEffect, useRef } from "react";
import { themeStore } from "../state/theme";
import { useStore } from "../state/store";
import type { Layout } from "./layout";
import { lineOf } from "./paths";

/** The series on a canvas, in the colours of the tokens. Twenty charts of ten thousand points stay smooth this way. */
export function LineCanvas({ layout }: { layout: Layout }) {
  const ref = useRef<HTMLCanvasElement>(null);
  const theme = useStore(themeStore);
  useLayoutEffect(() => {
    const canvas = ref.current;
    const context = canvas?.getContext("2d") ?? null;
    if (canvas === null || context === null) return;
    const density = window.devicePixelRatio || 1;
    canvas.width = Math.round(layout.width * density);
    canvas.height = Math.round(layout.height * density);
    context.scale(density, density);
    draw(context, layout, getComputedStyle(canvas));
  }, [layout, theme]);
  return <canvas ref={ref} aria-hidden="true" />;
}

function draw(context: CanvasRenderingContext2D, layout: Layout, tokens: CSSStyleDeclaration): void {
  context.beginPath();
  context.rect(layout.left, layout.top - 2, layout.right - layout.left + 1, layout.bottom - layout.top + 4);
  context.clip();
  context.lineWidth = 1.5;
  context.lineJoin = "round";
  context.lineCap = "round";
  const path = lineOf(layout, context);
  for (const line of layout.lines) {
    context.strokeStyle = tokens.getPropertyValue(`--${line.tone}`);
    context.beginPath();
    for (const piece of line.pieces) path(piece);
    context.stroke();
  }
}
