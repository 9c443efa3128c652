/** The shapes of the HTTP API. Follows the contract by hand until web/openapi.json is checked in; then re-exports of the generated schema. */

export type Role = "viewer" | "operator" | "administrator";
export type HostState = "critical" | "warning" | "silent" | "learning" | "ok";
export type Severity = "critical" | "warning";

export interface Session {
  user: { name: string; role: Role } | null;
  auth: "none" | "password";
  setupRequired: boolean;
  version: string;
  serverHost: string;
  listen: string;
  loopbackOnly: boolean;
  timeMs: number;
}

export interface User { name: string; role: Role; createdMs: number; lastSeenMs: number | null }

export interface Token {
  id: string;
  name: string;
  kind: "agent" | "api";
  role: Role | null;
  createdMs: number;
  expiresMs: number | null;
  lastUsedMs: number | null;
  lastUsedFrom: string | null;
}
export interface CreatedToken extends Token { token: string }

export interface AuditEntry { timeMs: number; user: string; action: string; subject: string; detail: string }

export interface HostSummary {
  host: string;
  state: HostState;
  unusual: number;
  score: number | null;
  lastSeenMs: number;
  labels: Record<string, string>;
  system: string | null;
  agentVersion: string | null;
  source: "local" | "agent" | "prometheus" | "other";
  alerts: number;
  sentence: string | null;
}

export interface Notified { channel: string; state: "delivered" | "waiting" | "failed"; timeMs: number; detail: string }

export interface AlertItem {
  id: number;
  rule: string;
  ruleId: string;
  host: string;
  state: "pending" | "firing" | "acknowledged" | "silenced" | "resolved";
  severity: Severity;
  labels: Record<string, string>;
  sentence: string;
  value: number | null;
  unit: string;
  threshold: number;
  comparison: string;
  startedMs: number;
  firedMs: number | null;
  firesAtMs: number | null;
  resolvedMs: number | null;
  acknowledgedBy: string | null;
  acknowledgedMs: number | null;
  note: string | null;
  vitalKey: string | null;
  query: string;
  notified: Notified[];
}

export interface Overview {
  timeMs: number;
  hosts: HostSummary[];
  wrong: AlertItem[];
  endedToday: number;
  totals: {
    hosts: number;
    asUsual: number;
    silent: number;
    learning: number;
    samplesPerSecond: number;
    seriesActive: number;
    cpuUse: number | null;
    memoryUse: number | null;
    filesystemUse: number | null;
  };
  watching: { rules: number; evaluationsEach: number; lastEvaluationMs: number | null; startedMs: number };
}

export interface HostFacts {
  os: string | null;
  kernel: string | null;
  cpuModel: string | null;
  cores: number | null;
  memoryBytes: number | null;
  bootTimeMs: number | null;
  agentVersion: string | null;
}

export interface Learning {
  startedMs: number;
  learnedSeconds: number;
  neededSeconds: number;
  phase: "range" | "days" | "weeks" | "known";
  dayRhythmAtMs: number | null;
}

export interface VitalReading {
  key: string;
  vital: string;
  name: string;
  family: string;
  unit: string;
  per: Record<string, string>;
  headline: boolean;
  value: number | null;
  timeMs: number;
  lower: number | null;
  upper: number | null;
  score: number | null;
  learned: boolean;
  capacity: number | null;
  state: "ok" | "warning" | "critical" | "unusual";
  query: string;
  sinceMs: number | null;
}

export interface UnusualMetric {
  key: string;
  name: string;
  sentence: string;
  value: number;
  lower: number;
  upper: number;
  unit: string;
  score: number;
  sinceMs: number;
  rarity: string;
}

export interface ProcessUsage {
  name: string;
  pid: number | null;
  count: number;
  cpuRatio: number;
  memoryBytes: number;
  user: string | null;
}

export interface HostDetail {
  summary: HostSummary;
  facts: HostFacts;
  learning: Learning;
  vitals: VitalReading[];
  unusual: UnusualMetric[];
  processes: ProcessUsage[];
  metricCount: number;
  alerts: AlertItem[];
}

export interface MetricFamily {
  name: string;
  help: string | null;
  type: string | null;
  family: string;
  series: number;
  latest: number | null;
  unit: string | null;
}

export interface LiveHello { timeMs: number; version: string }
export interface LiveHost { host: string; state: HostState; unusual: number; lastSeenMs: number }
export interface LiveTick {
  timeMs: number;
  samplesPerSecond: number;
  seriesActive: number;
  hosts: LiveHost[];
  alertsRevision: number;
}
export interface LiveVital {
  key: string;
  value: number | null;
  lower: number | null;
  upper: number | null;
  score: number | null;
  state: VitalReading["state"];
}
export interface LiveVitals { host: string; timeMs: number; vitals: LiveVital[]; processes: ProcessUsage[] }

export interface Matcher { name: string; value: string; isRegex: boolean; isEqual: boolean }
export interface Silence {
  id: string;
  matchers: Matcher[];
  startsMs: number;
  endsMs: number;
  createdBy: string;
  comment: string;
  heldBack: number;
}
export interface SilenceRequest { matchers: Matcher[]; startsMs?: number; endsMs: number; comment: string }
export interface SilencePreview { now: number; last30Days: number; critical: number }
export interface AlertList { items: AlertItem[]; silences: Silence[]; today: { alerts: number; notifications: number } }

export interface Rule {
  id: string;
  name: string;
  enabled: boolean;
  stock: boolean;
  severity: Severity;
  query: string;
  comparison: string;
  threshold: number;
  unit: string;
  forSeconds: number;
  keepFiringSeconds: number;
  sentence: string;
  lastEvaluationMs: number | null;
  lastError: string | null;
  firing: number;
  pending: number;
}

export interface Delivery {
  id: number;
  channelId: string;
  channel: string;
  alertId: number | null;
  subject: string;
  state: "waiting" | "delivered" | "failed";
  attempts: number;
  createdMs: number;
  lastAttemptMs: number | null;
  nextAttemptMs: number | null;
  answer: string | null;
}

export interface EmailSettings {
  host: string;
  port: number;
  security: "none" | "starttls" | "tls";
  user: string | null;
  passwordSet: boolean;
  from: string;
  to: string[];
  verifyCertificate: boolean;
}
export interface WebhookSettings { url: string; secretSet: boolean; headers: Record<string, string> }
export interface Channel {
  id: string;
  name: string;
  kind: "email" | "webhook";
  enabled: boolean;
  severities: Severity[];
  sendResolved: boolean;
  email: EmailSettings | null;
  webhook: WebhookSettings | null;
  lastDelivery: Delivery | null;
}
export interface ChannelTest { delivered: boolean; answer: string; elapsedMs: number; transcript: string[] }

export interface Server extends HostSummary { firstSeenMs: number; token: string | null; samplesPerSecond: number }
export interface ServerList {
  servers: Server[];
  agent: { platforms: { id: string; available: boolean; bytes: number; building: boolean }[] };
}
export interface Enrolment {
  token: string;
  installCommand: string;
  agentCommand: string;
  remoteWriteYaml: string;
  expiresMs: number;
}

export interface Status {
  version: string;
  startedMs: number;
  uptimeSeconds: number;
  dataFolder: string;
  storage: Record<string, unknown>;
  rejected: Record<string, number>;
  process: { cpuRatio: number; memoryBytes: number };
  writable: boolean;
  notWritableReason: string | null;
}

/** RFC 9457 problem details; `detail` is a sentence the reader can act on. */
export interface Problem { type?: string; title?: string; status?: number; detail?: string; field?: string; fix?: string }

/** Prometheus' envelope. */
export interface PromSeries { metric: Record<string, string>; values: [number, string][] }
export interface PromSample { metric: Record<string, string>; value: [number, string] }
export interface PromAnswer<T> {
  status: "success" | "error";
  data?: { resultType: string; result: T[] };
  errorType?: string;
  error?: string;
  warnings?: string[];
}
