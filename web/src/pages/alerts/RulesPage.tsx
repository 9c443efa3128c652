import { Page } from "../frame/Page";

export function RulesPage() {
  return (
    <Page name="Rules">
      <h1 className="title">Rules</h1>
    </Page>
  );
}
