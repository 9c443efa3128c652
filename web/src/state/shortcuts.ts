import { useLayoutEffect, useRef } from "react";
import { createStore } from "./store";

/**
 * Keyboard shortcuts of the whole page. Single keys are off while one types and while a dialog is open, and can be
 * switched off altogether. The shortcut registered last wins, so a list under the cursor beats the page.
 */
export interface Shortcut {
  /** "j", "?", "Ctrl k", "g o" (g, then o), "Enter". */
  keys: string;
  /** What it does, for the help; empty hides it there. */
  label: string;
  /** Also while a field has the focus. */
  always?: boolean;
  run: (event: KeyboardEvent) => void;
}

interface Entry { shortcut: () => Shortcut }

export const registryStore = createStore<readonly Entry[]>([]);
const PREF = "presage.singleKeys";

function savedPreference(): boolean {
  try {
    return localStorage.getItem(PREF) !== "off";
  } catch {
    // Storage may be forbidden; the default then stands.
    return true;
  }
}
export const singleKeysStore = createStore(savedPreference());

export function setSingleKeys(on: boolean): void {
  singleKeysStore.set(on);
  try {
    localStorage.setItem(PREF, on ? "on" : "off");
  } catch (error) {
    console.info("The choice cannot be remembered:", error);
  }
}

export function useShortcut(keys: string, label: string, run: (event: KeyboardEvent) => void, always = false): void {
  const latest = useRef<Shortcut>({ keys, label, run, always });
  latest.current = { keys, label, run, always };
  // Before the page is painted: a key works from the moment that what it is for can be seen.
  useLayoutEffect(() => {
    const entry: Entry = { shortcut: () => latest.current };
    registryStore.update((all) => [...all, entry]);
    return () => registryStore.update((all) => all.filter((other) => other !== entry));
  }, []);
}

/** Every shortcut that works right now, the strongest per key combination. */
export function activeShortcuts(): Shortcut[] {
  const byKeys = new Map<string, Shortcut>();
  for (const entry of registryStore.get()) {
    const shortcut = entry.shortcut();
    if (shortcut.keys !== "") byKeys.set(shortcut.keys, shortcut);
  }
  return [...byKeys.values()];
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  // A checkbox has the focus after a click and takes no text: the keys of the list go on working.
  if (target instanceof HTMLInputElement && ["checkbox", "radio"].includes(target.type)) return false;
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}

const PREFIX_MS = 1200;

/** Listens once for the whole page; returns the stop function. */
export function listenForShortcuts(): () => void {
  let prefix: { key: string; atMs: number } | null = null;
  const onKey = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing || event.altKey) return;
    const chord = event.ctrlKey || event.metaKey;
    const pressed = chord ? `Ctrl ${event.key.toLowerCase()}` : event.key;
    const sequence = prefix !== null && event.timeStamp - prefix.atMs < PREFIX_MS ? `${prefix.key} ${pressed}` : null;
    prefix = null;
    const blocked = !chord && (isTyping(event.target) || document.querySelector("dialog[open]") !== null || !singleKeysStore.get());
    const usable = activeShortcuts().filter((shortcut) => shortcut.always === true || !blocked);
    const hit = usable.find((shortcut) => shortcut.keys === sequence) ?? usable.find((shortcut) => shortcut.keys === pressed);
    if (hit !== undefined) {
      const inControl = event.target instanceof HTMLElement && event.target.closest("a, button, [role=grid]") !== null;
      if (pressed === "Enter" && inControl) return;
      event.preventDefault();
      hit.run(event);
    } else if (!blocked && usable.some((shortcut) => shortcut.keys.startsWith(`${pressed} `))) {
      prefix = { key: pressed, atMs: event.timeStamp };
    }
  };
  document.addEventListener("keydown", onKey);
  return () => document.removeEventListener("keydown", onKey);
}
