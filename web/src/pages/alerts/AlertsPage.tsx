import { Page } from "../frame/Page";

export function AlertsPage() {
  return (
    <Page name="Alerts">
      <h1 className="title">Alerts</h1>
    </Page>
  );
}
