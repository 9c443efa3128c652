/**
 * The shapes of the HTTP API, by the names the pages use. They come from the generated schema (`npm run generate`); what
 * follows at the end is not in the document yet and written by hand until it is.
 */
import type { components } from "./__generated__/schema";

type Schemas = components["schemas"];

export type Role = Schemas["Role"];
export type HostState = Schemas["HostState"];
export type Severity = Schemas["AlertItemSeverity"];
export type Session = Schemas["Session"];
export type User = Schemas["User"];
export type Token = Schemas["Token"];
export type CreatedToken = Schemas["TokenCreated"];
export type AuditEntry = Schemas["AuditEntry"];
export type HostSummary = Schemas["HostSummary"];
export type Notified = Schemas["AlertNotified"];
export type AlertItem = Schemas["AlertItem"];
export type Overview = Schemas["Overview"];
export type HostFacts = Schemas["HostFactsView"];
export type Learning = Schemas["Learning"];
export type VitalReading = Schemas["VitalReading"];
export type UnusualMetric = Schemas["UnusualMetric"];
export type ProcessUsage = Schemas["ProcessUsageView"];
export type HostDetail = Schemas["HostDetail"];
export type MetricFamily = Schemas["MetricFamily"];
export type LiveHello = Schemas["LiveHello"];
export type LiveHost = Schemas["LiveHost"];
export type LiveTick = Schemas["LiveTick"];
export type LiveVital = Schemas["LiveVital"];
export type LiveVitals = Schemas["LiveVitals"];
export type Server = Schemas["ServerItem"];
export type ServerList = Schemas["ServerList"];
export type Enrolment = Schemas["Enrolment"];
export type EnrolmentProgress = Schemas["EnrolmentProgress"];
export type Status = Schemas["ServerStatus"];
export type Problem = Schemas["Problem"];
export type RangeAnswer = Schemas["QueryAnswer"];
export type PromSeries = Schemas["QueryAnswerSeries"];

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
