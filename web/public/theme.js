// Runs before first paint, so that no page flashes in the wrong theme. The choice is made in src/state/theme.ts.
{
  let saved = null;
  try {
    saved = localStorage.getItem("presage.theme");
  } catch (error) {
    console.info("The theme choice cannot be read:", error);
  }
  const dark = saved ? saved === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = dark ? "dark" : "light";
}
