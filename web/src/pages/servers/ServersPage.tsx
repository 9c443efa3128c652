import { Page } from "../frame/Page";

export function ServersPage() {
  return (
    <Page name="Servers">
      <h1 className="title">Servers</h1>
    </Page>
  );
}
