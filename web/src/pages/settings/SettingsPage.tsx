import { Page } from "../frame/Page";

export function SettingsPage() {
  return (
    <Page name="Settings">
      <h1 className="title">Settings</h1>
    </Page>
  );
}
