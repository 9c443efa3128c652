import { Page } from "../frame/Page";

export function HostPage() {
  return (
    <Page name="Host">
      <h1 className="title">Host</h1>
    </Page>
  );
}
