import { Page } from "../frame/Page";

export function OverviewPage() {
  return (
    <Page name="Overview">
      <h1 className="title">Overview</h1>
    </Page>
  );
}
