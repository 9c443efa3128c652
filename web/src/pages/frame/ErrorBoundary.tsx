import { Component, type ErrorInfo, type ReactNode } from "react";
import { errorText } from "../../api/client";
import { ErrorState } from "../../ui/States";

interface State { error: unknown }

/** Keeps a broken page from taking the frame with it. React offers this as a class only. */
export class ErrorBoundary extends Component<{ children: ReactNode }, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: unknown): State {
    return { error };
  }

  override componentDidCatch(error: unknown, info: ErrorInfo): void {
    console.error("A page failed:", error, info.componentStack);
  }

  override render(): ReactNode {
    if (this.state.error === null) return this.props.children;
    return (
      <main id="main">
        <ErrorState what="This page cannot be shown." why={errorText(this.state.error)} onRetry={() => location.reload()} />
      </main>
    );
  }
}
