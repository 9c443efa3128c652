import { links } from "../../routes/links";
import { useAddress } from "../../routes/router";
import { Page } from "./Page";

export function NotFoundPage() {
  const { path } = useAddress();
  return (
    <Page name="Not found">
      <h1 className="title">There is no page at this address. <span>{path}</span></h1>
      <p className="ink2" style={{ marginTop: 12 }}><a className="link" href={links.overview()}>Go to the overview</a> or press <kbd>Ctrl K</kbd> to search.</p>
    </Page>
  );
}
