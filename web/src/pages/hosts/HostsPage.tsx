import { Page } from "../frame/Page";

export function HostsPage() {
  return (
    <Page name="Hosts">
      <h1 className="title">Hosts</h1>
    </Page>
  );
}
