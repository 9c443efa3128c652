/** The shapes of the HTTP API, by the names the pages use. They come from the generated schema (`npm run generate`). */
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

export type Matcher = Schemas["Matcher"];
export type Silence = Schemas["Silence"];
export type SilenceRequest = Schemas["SilenceRequest"];
export type SilencePreview = Schemas["SilencePreview"];
export type AlertList = Schemas["AlertList"];
export type Rule = Schemas["Rule"];
export type RuleUpdate = Schemas["RuleUpdate"];
export type Delivery = Schemas["Delivery"];
export type Channel = Schemas["Channel"];
export type ChannelRequest = Schemas["ChannelRequest"];
export type ChannelTest = Schemas["ChannelTest"];
