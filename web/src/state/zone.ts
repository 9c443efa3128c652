import { writeTimesInUtc } from "../lib/time";
import { createStore } from "./store";

/** Whether times are those of UTC: the browser's zone until the reader chooses; the choice is remembered in this browser. */
const KEY = "presage.utc";

function saved(): boolean {
  try {
    return localStorage.getItem(KEY) === "on";
  } catch {
    // Storage may be forbidden; the default then stands.
    return false;
  }
}

export const utcStore = createStore(saved());
writeTimesInUtc(utcStore.get());

export function showUtc(on: boolean): void {
  writeTimesInUtc(on);
  utcStore.set(on);
  try {
    localStorage.setItem(KEY, on ? "on" : "off");
  } catch (error) {
    console.info("The choice cannot be remembered:", error);
  }
}
