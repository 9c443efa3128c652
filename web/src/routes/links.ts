/** Every address of the dashboard is built here, so that a page can move without breaking a link. */

const part = encodeURIComponent;

export type HostTab = "now" | "metrics" | "processes" | "alerts" | "facts";

export const links = {
  overview: () => "/",
  hosts: () => "/hosts",
  host: (host: string, tab: HostTab = "now") => `/hosts/${part(host)}${tab === "now" ? "" : `?tab=${tab}`}`,
  /** The host page with one vital sign drawn large. */
  vital: (host: string, key: string) => `/hosts/${part(host)}?show=${part(key)}`,
  /** What changed in a window, on one host or, without one, on all. */
  changes: (fromMs: number, toMs: number, host?: string) =>
    `/changes?from=${Math.round(fromMs)}&to=${Math.round(toMs)}${host === undefined ? "" : `&host=${part(host)}`}`,
  anomalies: (host?: string) => (host === undefined ? "/anomalies" : `/anomalies?host=${part(host)}`),
  /** What happened: alerts and anomalies that began together. */
  incidents: (host?: string) => (host === undefined ? "/incidents" : `/incidents?host=${part(host)}`),
  alerts: () => "/alerts",
  alert: (id: number) => `/alerts?alert=${id}`,
  channels: () => "/alerts/channels",
  rules: () => "/alerts/rules",
  servers: () => "/servers",
  addServer: () => "/servers?add=linux",
  settings: () => "/settings",
  signIn: (next?: string) => (next === undefined || next === "/" ? "/sign-in" : `/sign-in?next=${part(next)}`),
  setup: () => "/setup",
} as const;
