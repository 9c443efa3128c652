import { lazy, type ComponentType } from "react";
import { OverviewPage } from "../pages/overview/OverviewPage";
import { NotFoundPage } from "../pages/frame/NotFoundPage";
import { matchPath } from "./router";

/** The pages and their addresses. The overview is in the first download; every other page is fetched when it is wanted. */
export interface Route { pattern: string; view: ComponentType<{ host?: string }> }

const page = (load: () => Promise<ComponentType<{ host?: string }>>) => lazy(async () => ({ default: await load() }));

export const routes: readonly Route[] = [
  { pattern: "/", view: OverviewPage },
  { pattern: "/hosts", view: page(async () => (await import("../pages/hosts/HostsPage")).HostsPage) },
  { pattern: "/hosts/:host", view: page(async () => (await import("../pages/host/HostPage")).HostPage) },
  { pattern: "/anomalies", view: page(async () => (await import("../pages/anomalies/AnomaliesPage")).AnomaliesPage) },
  { pattern: "/incidents", view: page(async () => (await import("../pages/incidents/IncidentsPage")).IncidentsPage) },
  { pattern: "/changes", view: page(async () => (await import("../pages/changes/ChangesPage")).ChangesPage) },
  { pattern: "/alerts", view: page(async () => (await import("../pages/alerts/AlertsPage")).AlertsPage) },
  { pattern: "/alerts/rules", view: page(async () => (await import("../pages/rules/RulesPage")).RulesPage) },
  { pattern: "/alerts/channels", view: page(async () => (await import("../pages/channels/ChannelsPage")).ChannelsPage) },
  { pattern: "/servers", view: page(async () => (await import("../pages/servers/ServersPage")).ServersPage) },
  { pattern: "/settings", view: page(async () => (await import("../pages/settings/SettingsPage")).SettingsPage) },
  { pattern: "/sign-in", view: page(async () => (await import("../pages/signIn/SignInPage")).SignInPage) },
  { pattern: "/setup", view: page(async () => (await import("../pages/setup/SetupPage")).SetupPage) },
];

const NOT_FOUND: Route = { pattern: "*", view: NotFoundPage };

export function routeFor(path: string): { route: Route; params: Record<string, string> } {
  for (const route of routes) {
    const params = matchPath(route.pattern, path);
    if (params !== null) return { route, params };
  }
  return { route: NOT_FOUND, params: {} };
}
