import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "./Button";
import styles from "./CodeBlock.module.css";

/** Something to paste elsewhere, with a copy button that says what happened. */
export function CodeBlock({ text, label, primary = false }: { text: string; label: string; primary?: boolean }) {
  const { state, copy } = useCopy();
  return (
    <div className={styles.block}>
      <pre tabIndex={0} aria-label={label}>{text}</pre>
      <Button
        small kind={primary ? "primary" : "plain"} onClick={() => copy(text)}
        icon={state === "copied" ? <Check size={15} /> : <Copy size={15} />}
      >
        {{ idle: "Copy", copied: "Copied", failed: "Select and copy" }[state]}
      </Button>
      <span role="status" className="visuallyHidden">{state === "copied" ? `${label} copied` : ""}</span>
    </div>
  );
}

export interface CopyState { state: "idle" | "copied" | "failed"; copy: (text: string) => void }

/** Copies to the clipboard and tells for two seconds how that went. */
export function useCopy(): CopyState {
  const [state, setState] = useState<CopyState["state"]>("idle");
  useEffect(() => {
    if (state === "idle") return;
    const timer = setTimeout(() => setState("idle"), 2000);
    return () => clearTimeout(timer);
  }, [state]);
  return { state, copy: (text) => void copyText(text).then((done) => setState(done ? "copied" : "failed")) };
}

async function copyText(text: string): Promise<boolean> {
  try {
    // Absent on plain http from another machine; the catch then tells the reader to select by hand.
    await navigator.clipboard.writeText(text);
    return true;
  } catch (error) {
    console.info("The browser does not let the page copy:", error);
    return false;
  }
}
