import { ApiError, promRequest, request } from "./client";
import type {
  AlertItem, AlertList, Anomaly, AnomalyLabel, AnomalyRuleRequest, AnomalyWord, AuditEntry, Cardinality, ChangeList, ChangeMark, Channel, ChannelRequest, ChannelTest, CreatedToken, Delivery, Enrolment, EnrolmentProgress, HostDetail, HostSummary, Incident,
  Matcher, MetricFamily, ModelList, Overview, PromSeries, RangeAnswer, Rule, RuleUpdate, ServerList, Session, Silence, SilencePreview, Snapshot,
  SilenceRequest, Status, Token, UnlikeTwins, User,
} from "./types";

/** One function per endpoint. Paths are written here and nowhere else. */

const part = encodeURIComponent;

export const getSession = (signal?: AbortSignal) => request<Session>("GET", "/session", undefined, signal);
export const signIn = (name: string, password: string) => request<Session>("POST", "/session", { name, password });
export const signOut = () => request<null>("DELETE", "/session");
export const setUp = (token: string, name: string, password: string) =>
  request<Session>("POST", "/setup", { token, name, password });

export const getOverview = (signal?: AbortSignal) => request<Overview>("GET", "/overview", undefined, signal);
export const getHosts = (signal?: AbortSignal) => request<HostSummary[]>("GET", "/hosts", undefined, signal);
export const getHost = (host: string, signal?: AbortSignal) =>
  request<HostDetail>("GET", `/hosts/${part(host)}`, undefined, signal);
export const getMetrics = (host: string, search: string, signal?: AbortSignal) =>
  request<MetricFamily[]>("GET", `/hosts/${part(host)}/metrics?search=${part(search)}`, undefined, signal);
export const forgetHost = (host: string) => request<null>("DELETE", `/hosts/${part(host)}`);

export interface ChangeQuestion { fromMs: number; toMs: number; host?: string; limit: number }
export function getChanges(question: ChangeQuestion, signal?: AbortSignal): Promise<ChangeList> {
  const query = new URLSearchParams({ fromMs: String(question.fromMs), toMs: String(question.toMs), limit: String(question.limit) });
  if (question.host !== undefined) query.append("host", question.host);
  return request<ChangeList>("GET", `/changes?${query}`, undefined, signal);
}

export const getChangePoints = (host: string, fromMs: number, toMs: number, signal?: AbortSignal) =>
  request<ChangeMark[]>("GET", `/hosts/${part(host)}/change-points?fromMs=${Math.round(fromMs)}&toMs=${Math.round(toMs)}`, undefined, signal);

export interface AnomalyFilter { host?: string; fromMs: number; toMs?: number; limit: number; vitals: boolean }
export function getAnomalies(filter: AnomalyFilter, signal?: AbortSignal): Promise<Anomaly[]> {
  const query = new URLSearchParams({ fromMs: String(filter.fromMs), limit: String(filter.limit), vitals: String(filter.vitals) });
  if (filter.host !== undefined) query.set("host", filter.host);
  if (filter.toMs !== undefined) query.set("toMs", String(filter.toMs));
  return request<Anomaly[]>("GET", `/anomalies?${query}`, undefined, signal);
}
export interface IncidentFilter { host?: string; fromMs: number; toMs: number; limit: number }
export function getIncidents(filter: IncidentFilter, signal?: AbortSignal): Promise<Incident[]> {
  const query = new URLSearchParams({ fromMs: String(filter.fromMs), toMs: String(filter.toMs), limit: String(filter.limit) });
  if (filter.host !== undefined) query.set("host", filter.host);
  return request<Incident[]>("GET", `/incidents?${query}`, undefined, signal);
}
export const getModels = (signal?: AbortSignal) => request<ModelList>("GET", "/models", undefined, signal);
export const getPeers = (signal?: AbortSignal) => request<UnlikeTwins[]>("GET", "/peers", undefined, signal);
export const getLabels = (signal?: AbortSignal) => request<AnomalyLabel[]>("GET", "/anomalies/labels", undefined, signal);
export const labelAnomaly = (id: number, word: AnomalyWord, note?: string) =>
  request<Anomaly>("PUT", `/anomalies/${id}/label`, note === undefined ? { word } : { word, note });
export const unlabelAnomaly = (id: number) => request<Anomaly>("DELETE", `/anomalies/${id}/label`);

export interface AlertFilter { state: "open" | "history"; host?: string; limit?: number }
export function getAlerts(filter: AlertFilter, signal?: AbortSignal): Promise<AlertList> {
  const query = new URLSearchParams({ state: filter.state });
  if (filter.host !== undefined) query.set("host", filter.host);
  if (filter.limit !== undefined) query.set("limit", String(filter.limit));
  return request<AlertList>("GET", `/alerts?${query}`, undefined, signal);
}
export const acknowledge = (id: number, note?: string) =>
  request<AlertItem>("POST", `/alerts/${id}/acknowledge`, note === undefined ? {} : { note });
export const unacknowledge = (id: number) => request<AlertItem>("DELETE", `/alerts/${id}/acknowledge`);

export const getSilences = (signal?: AbortSignal) => request<Silence[]>("GET", "/silences", undefined, signal);
export const createSilence = (silence: SilenceRequest) => request<Silence>("POST", "/silences", silence);
export const endSilence = (id: string) => request<null>("DELETE", `/silences/${part(id)}`);
export const previewSilence = (matchers: Matcher[], signal?: AbortSignal) =>
  request<SilencePreview>("POST", "/silences/preview", { matchers }, signal);

export const getRules = (signal?: AbortSignal) => request<Rule[]>("GET", "/rules", undefined, signal);
export const updateRule = (id: string, change: RuleUpdate) =>
  request<Rule>("PUT", `/rules/${part(id)}`, change);

export const createRule = (rule: AnomalyRuleRequest) => request<Rule>("POST", "/rules", rule);
export const deleteRule = (id: string) => request<null>("DELETE", `/rules/${part(id)}`);

export const resetRule = (id: string) => request<Rule>("POST", `/rules/${part(id)}/reset`);

export const getChannels = (signal?: AbortSignal) => request<Channel[]>("GET", "/channels", undefined, signal);
export const createChannel = (channel: ChannelRequest) => request<Channel>("POST", "/channels", channel);
export const updateChannel = (id: string, channel: ChannelRequest) => request<Channel>("PUT", `/channels/${part(id)}`, channel);
export const deleteChannel = (id: string) => request<null>("DELETE", `/channels/${part(id)}`);
export const testChannel = (id: string) => request<ChannelTest>("POST", `/channels/${part(id)}/test`);
export const testUnsavedChannel = (channel: ChannelRequest) => request<ChannelTest>("POST", "/channels/test", channel);
export const getDeliveries = (limit: number, signal?: AbortSignal) =>
  request<Delivery[]>("GET", `/deliveries?limit=${limit}`, undefined, signal);
export const retryDelivery = (id: number) => request<Delivery | null>("POST", `/deliveries/${id}/retry`);

export const getServers = (signal?: AbortSignal) => request<ServerList>("GET", "/servers", undefined, signal);
export const createEnrolment = (wish: { label?: string; hours?: number; uses?: number }) =>
  request<Enrolment>("POST", "/enrolments", wish);

export const getEnrolmentProgress = (id: number, signal?: AbortSignal) =>
  request<EnrolmentProgress>("GET", `/enrolments/${id}/progress`, undefined, signal);

export const getUsers = (signal?: AbortSignal) => request<User[]>("GET", "/users", undefined, signal);
export const createUser = (user: { name: string; role: User["role"]; password: string }) =>
  request<User>("POST", "/users", user);
export const updateUser = (name: string, change: { role?: User["role"]; password?: string }) =>
  request<User>("PATCH", `/users/${part(name)}`, change);
export const deleteUser = (name: string) => request<null>("DELETE", `/users/${part(name)}`);
export const getTokens = (signal?: AbortSignal) => request<Token[]>("GET", "/tokens", undefined, signal);
export const createToken = (token: { name: string; kind: Token["kind"]; role?: User["role"]; expiresInHours?: number }) =>
  request<CreatedToken>("POST", "/tokens", token);
export const deleteToken = (id: number) => request<null>("DELETE", `/tokens/${id}`);
export const getAudit = (signal?: AbortSignal) => request<AuditEntry[]>("GET", "/audit", undefined, signal);
export const getStatus = (signal?: AbortSignal) => request<Status>("GET", "/status", undefined, signal);
export const getSnapshots = (signal?: AbortSignal) => request<Snapshot[]>("GET", "/snapshots", undefined, signal);
export const takeSnapshot = () => request<Snapshot>("POST", "/snapshots");
export const deleteSnapshot = (name: string) => request<null>("DELETE", `/snapshots/${part(name)}`);
export const getCardinality = (signal?: AbortSignal) => request<Cardinality>("GET", "/cardinality", undefined, signal);

export interface RangeQuery { query: string; fromMs: number; toMs: number; stepMs: number; host?: string }

/** `query_range` of the Prometheus API, scoped to one host when `host` is given. */
export async function queryRange(wish: RangeQuery, signal?: AbortSignal): Promise<PromSeries[]> {
  const form: Record<string, string> = {
    query: wish.query, start: seconds(wish.fromMs), end: seconds(wish.toMs), step: seconds(wish.stepMs),
  };
  if (wish.host !== undefined) form["host"] = wish.host;
  return resultOf(await promRequest<RangeAnswer>("/query_range", form, signal));
}

function seconds(ms: number): string {
  return String(ms / 1000);
}

function resultOf(answer: RangeAnswer): PromSeries[] {
  const data = answer.data ?? null;
  if (data === null) throw new ApiError(answer.error ?? "The query gave no answer.", 200);
  return data.result;
}
