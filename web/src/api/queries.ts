import { QueryClient, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { ApiError } from "./client";
import {
  getAlerts, getAnomalies, getAudit, getCardinality, getChangePoints, getChanges, getChannels, getDeliveries, getHost, getHosts, getIncidents, getLabels, getMetrics, getOverview, getModels, getPeers, getRules, getServers,
  getSession, getSnapshots, getStatus, getTokens, getUsers, type AlertFilter, type AnomalyFilter, type ChangeQuestion, type IncidentFilter,
} from "./endpoints";

/** The cache keys and freshness of everything that is read. The live connection keeps the fast-moving parts current. */

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        refetchOnWindowFocus: true,
        retry: (failures, error) => (error instanceof ApiError && error.status >= 400 && error.status < 500 ? false : failures < 2),
        retryDelay: (attempt) => Math.min(1000 * 2 ** attempt, 8000),
      },
      mutations: { retry: false },
    },
  });
}

const MINUTE = 60_000;

export const sessionQuery = () => queryOptions({
  queryKey: ["session"], queryFn: ({ signal }) => getSession(signal), staleTime: MINUTE,
});
export const overviewQuery = () => queryOptions({
  queryKey: ["overview"], queryFn: ({ signal }) => getOverview(signal), refetchInterval: 10_000,
});
export const hostsQuery = () => queryOptions({
  queryKey: ["hosts"], queryFn: ({ signal }) => getHosts(signal), refetchInterval: 15_000,
});
export const hostQuery = (host: string) => queryOptions({
  queryKey: ["host", host], queryFn: ({ signal }) => getHost(host, signal), refetchInterval: 10_000,
});
export const metricsQuery = (host: string, search: string) => queryOptions({
  queryKey: ["metrics", host, search], queryFn: ({ signal }) => getMetrics(host, search, signal),
  placeholderData: keepPreviousData, refetchInterval: 10_000,
});
export const alertsQuery = (filter: AlertFilter) => queryOptions({
  queryKey: ["alerts", filter], queryFn: ({ signal }) => getAlerts(filter, signal), placeholderData: keepPreviousData,
  refetchInterval: 15_000,
});
/** A window of the past does not change: the answer is kept. */
export const changesQuery = (question: ChangeQuestion) => queryOptions({
  queryKey: ["changes", question], queryFn: ({ signal }) => getChanges(question, signal), staleTime: MINUTE, refetchOnWindowFocus: false,
});
/** Asked anew when the window has moved by a minute. */
export const changePointsQuery = (host: string, fromMs: number, toMs: number) => queryOptions({
  queryKey: ["changePoints", host, fromMs, toMs], queryFn: ({ signal }) => getChangePoints(host, fromMs, toMs, signal),
  staleTime: MINUTE, placeholderData: keepPreviousData,
});
export const anomaliesQuery = (filter: AnomalyFilter) => queryOptions({
  queryKey: ["anomalies", filter], queryFn: ({ signal }) => getAnomalies(filter, signal), placeholderData: keepPreviousData, refetchInterval: 15_000,
});
export const incidentsQuery = (filter: IncidentFilter) => queryOptions({
  queryKey: ["incidents", filter], queryFn: ({ signal }) => getIncidents(filter, signal), placeholderData: keepPreviousData, refetchInterval: 30_000,
});
export const peersQuery = () => queryOptions({ queryKey: ["peers"], queryFn: ({ signal }) => getPeers(signal), staleTime: MINUTE });
export const labelsQuery = () => queryOptions({ queryKey: ["labels"], queryFn: ({ signal }) => getLabels(signal) });
export const rulesQuery = () => queryOptions({ queryKey: ["rules"], queryFn: ({ signal }) => getRules(signal) });
export const channelsQuery = () => queryOptions({ queryKey: ["channels"], queryFn: ({ signal }) => getChannels(signal) });
export const deliveriesQuery = (limit: number) => queryOptions({
  queryKey: ["deliveries", limit], queryFn: ({ signal }) => getDeliveries(limit, signal), refetchInterval: 10_000,
});
export const serversQuery = () => queryOptions({
  queryKey: ["servers"], queryFn: ({ signal }) => getServers(signal), refetchInterval: 5_000,
});
export const usersQuery = () => queryOptions({ queryKey: ["users"], queryFn: ({ signal }) => getUsers(signal) });
export const tokensQuery = () => queryOptions({ queryKey: ["tokens"], queryFn: ({ signal }) => getTokens(signal) });
export const auditQuery = () => queryOptions({ queryKey: ["audit"], queryFn: ({ signal }) => getAudit(signal) });
export const modelsQuery = () => queryOptions({ queryKey: ["models"], queryFn: ({ signal }) => getModels(signal), refetchInterval: 10_000 });
export const snapshotsQuery = () => queryOptions({ queryKey: ["snapshots"], queryFn: ({ signal }) => getSnapshots(signal) });
export const cardinalityQuery = () => queryOptions({
  queryKey: ["cardinality"], queryFn: ({ signal }) => getCardinality(signal), refetchInterval: 60_000,
});
export const statusQuery = () => queryOptions({
  queryKey: ["status"], queryFn: ({ signal }) => getStatus(signal), refetchInterval: 10_000,
});
