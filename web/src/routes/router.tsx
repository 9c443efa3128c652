import { createContext, startTransition, use, useCallback, useEffect, useMemo, useState, type ReactNode } from "react";

/**
 * A small router: the address is the state. Plain `<a href>` elements navigate without a reload, so components below
 * `ui/` need to know nothing about it.
 */
export interface Address { path: string; search: string }

function currentAddress(): Address {
  return { path: location.pathname, search: location.search };
}

export interface NavigateOptions {
  replace?: boolean;
  /** Kept in the history entry, for "double-click goes back" after a zoom. */
  zoomed?: boolean;
}

const CHANGED = "presage:address";

/** Goes to an address of this dashboard. */
export function navigate(href: string, options: NavigateOptions = {}): void {
  const state = { zoomed: options.zoomed === true };
  if (options.replace === true) history.replaceState(state, "", href);
  else history.pushState(state, "", href);
  dispatchEvent(new Event(CHANGED));
}

/** Whether the present history entry was made by zooming into a chart. */
export function isZoomEntry(): boolean {
  const state: unknown = history.state;
  return typeof state === "object" && state !== null && "zoomed" in state && state.zoomed === true;
}

const AddressContext = createContext<Address>({ path: "/", search: "" });

export function RouterProvider({ children }: { children: ReactNode }) {
  const [address, setAddress] = useState(currentAddress);
  useEffect(() => {
    let path = location.pathname;
    const onChange = () => {
      const next = currentAddress();
      const otherPage = next.path !== path;
      path = next.path;
      // A new page loads behind the old one; a change of the view on the same page is immediate.
      if (otherPage) startTransition(() => setAddress(next));
      else setAddress(next);
    };
    addEventListener("popstate", onChange);
    addEventListener(CHANGED, onChange);
    document.addEventListener("click", followLink);
    return () => {
      removeEventListener("popstate", onChange);
      removeEventListener(CHANGED, onChange);
      document.removeEventListener("click", followLink);
    };
  }, []);
  return <AddressContext value={address}>{children}</AddressContext>;
}

function followLink(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const anchor = event.target instanceof Element ? event.target.closest("a") : null;
  if (anchor === null || anchor.origin !== location.origin || anchor.target === "_blank" || anchor.download !== "") return;
  if (anchor.pathname.startsWith("/api/") || anchor.pathname === "/install.sh" || anchor.pathname.startsWith("/download/")) return;
  if (anchor.hash !== "" && anchor.pathname === location.pathname && anchor.search === location.search) return;
  event.preventDefault();
  const samePage = anchor.pathname === location.pathname;
  navigate(anchor.pathname + anchor.search + anchor.hash);
  if (!samePage) scrollTo(0, 0);
}

export function useAddress(): Address {
  return use(AddressContext);
}

/** The values of `:name` parts when `pattern` matches `path`, else null. */
export function matchPath(pattern: string, path: string): Record<string, string> | null {
  const wanted = pattern.split("/").filter(Boolean);
  const given = path.split("/").filter(Boolean);
  if (wanted.length !== given.length) return null;
  const values: Record<string, string> = {};
  for (const [index, name] of wanted.entries()) {
    const text = given[index] ?? "";
    if (name.startsWith(":")) {
      const decoded = decodePart(text);
      if (decoded === null) return null;
      values[name.slice(1)] = decoded;
    } else if (name !== text) return null;
  }
  return values;
}

function decodePart(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return null;
    throw error;
  }
}

export type ParamChange = Record<string, string | null>;

/** `search` with some parameters changed; null removes one. */
export function withParams(search: string, change: ParamChange): string {
  const params = new URLSearchParams(search);
  for (const [name, value] of Object.entries(change)) {
    if (value === null || value === "") params.delete(name);
    else params.set(name, value);
  }
  const text = params.toString();
  return text === "" ? "" : `?${text}`;
}

/** The parameters of the address and a function that changes some of them; every view is a URL. */
export function useParams(): [URLSearchParams, (change: ParamChange, options?: NavigateOptions) => void] {
  const { search } = useAddress();
  const params = useMemo(() => new URLSearchParams(search), [search]);
  const change = useCallback((wanted: ParamChange, options?: NavigateOptions) => {
    navigate(location.pathname + withParams(location.search, wanted), options);
  }, []);
  return [params, change];
}
