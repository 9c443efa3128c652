import { createStore } from "../../state/store";

/** Whether the palette is open. */
export const searchStore = createStore(false);
