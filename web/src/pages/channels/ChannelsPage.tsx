import { Page } from "../frame/Page";

export function ChannelsPage() {
  return (
    <Page name="Channels">
      <h1 className="title">Channels</h1>
    </Page>
  );
}
