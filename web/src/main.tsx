import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "./tokens.css";
import "./global.css";
import { App } from "./routes/App";
import { followSystemTheme } from "./state/theme";

followSystemTheme();
const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root.");
createRoot(root).render(<StrictMode><App /></StrictMode>);
