import { createStore } from "./store";

/** The theme: the system's preference until the reader chooses; the choice is remembered in this browser. */
export type Theme = "light" | "dark";

const KEY = "presage.theme";

function current(): Theme {
  return typeof document !== "undefined" && document.documentElement.dataset["theme"] === "dark" ? "dark" : "light";
}

export const themeStore = createStore<Theme>(current());

export function chooseTheme(theme: Theme): void {
  document.documentElement.dataset["theme"] = theme;
  themeStore.set(theme);
  try {
    localStorage.setItem(KEY, theme);
  } catch (error) {
    console.info("The theme choice cannot be remembered:", error);
  }
}

export function switchTheme(): void {
  chooseTheme(themeStore.get() === "dark" ? "light" : "dark");
}

/** Follows the system as long as nothing was chosen here. */
export function followSystemTheme(): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (event) => {
    if (localStorage.getItem(KEY) !== null) return;
    document.documentElement.dataset["theme"] = event.matches ? "dark" : "light";
    themeStore.set(event.matches ? "dark" : "light");
  });
}
