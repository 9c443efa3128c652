import { createStore } from "../state/store";

/** The one time that all charts of the page point at; null when nobody points. */
export const crosshairStore = createStore<number | null>(null);
