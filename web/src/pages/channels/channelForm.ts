import type { Channel, ChannelRequest, Severity } from "../../api/types";

/** What stands in the fields of a channel, and what it means to the server. */
export type Kind = Channel["kind"];
export type Security = "none" | "starttls" | "tls";

export interface ChannelDraft {
  /** Null for a channel that does not exist yet. */
  id: string | null;
  kind: Kind;
  name: string;
  enabled: boolean;
  severities: Severity[];
  sendResolved: boolean;
  host: string;
  port: string;
  security: Security;
  user: string;
  /** Empty keeps the stored one. */
  password: string;
  passwordSet: boolean;
  from: string;
  to: string;
  verifyCertificate: boolean;
  url: string;
  secret: string;
  secretSet: boolean;
  /** One "Name: value" a line. */
  headers: string;
}

export type Field = "name" | "severities" | "host" | "port" | "security" | "user" | "password" | "from" | "to" | "url" | "secret" | "headers";

const USUAL_PORT: Record<Security, string> = { none: "25", starttls: "587", tls: "465" };

export function newDraft(kind: Kind): ChannelDraft {
  return {
    id: null, kind, name: "", enabled: true, severities: ["critical", "warning"], sendResolved: true, host: "", port: USUAL_PORT.starttls, security: "starttls",
    user: "", password: "", passwordSet: false, from: "", to: "", verifyCertificate: true, url: "", secret: "", secretSet: false, headers: "",
  };
}

export function draftOf(channel: Channel): ChannelDraft {
  const { email, webhook } = channel;
  return {
    ...newDraft(channel.kind), id: channel.id, name: channel.name, enabled: channel.enabled, severities: [...channel.severities], sendResolved: channel.sendResolved,
    ...(email === null ? {} : {
      host: email.host, port: String(email.port), security: email.security, user: email.user ?? "", passwordSet: email.passwordSet, from: email.from,
      to: email.to.join(", "), verifyCertificate: email.verifyCertificate,
    }),
    ...(webhook === null ? {} : {
      url: webhook.url, secretSet: webhook.secretSet, headers: Object.entries(webhook.headers).map(([name, value]) => `${name}: ${value}`).join("\n"),
    }),
  };
}

/** Another protection usually means another port; a port that was chosen by hand stays. */
export function withSecurity(draft: ChannelDraft, security: Security): ChannelDraft {
  const usual = Object.values(USUAL_PORT).includes(draft.port.trim());
  return { ...draft, security, port: usual ? USUAL_PORT[security] : draft.port };
}

export function addressesOf(text: string): string[] {
  return text.split(/[,;\n]+/).map((part) => part.trim()).filter((part) => part !== "");
}

function addressProblem(address: string): string | null {
  const bare = /<([^<>]*)>\s*$/.exec(address)?.[1] ?? address;
  return /^[^\s@<>]+@[^\s@<>]+$/.test(bare) ? null : `"${address}" is no e-mail address. Write it like oncall@example.org.`;
}

function hostProblem(host: string): string | null {
  if (host === "") return "Give the mail server, for example mail.example.org.";
  return /^[\p{L}\p{Nd}.:_[\]-]+$/u.test(host) ? null : "Give the name alone, without smtp:// and without a port.";
}

function portProblem(port: string): string | null {
  const number = Number(port);
  return /^\d+$/.test(port) && number >= 1 && number <= 65_535 ? null : "Give a port from 1 to 65535; usual are 587, 465 and 25.";
}

function urlProblem(text: string): string | null {
  if (text === "") return "Give the address that is called, for example https://hooks.example.org/presage.";
  if (!URL.canParse(text)) return `"${text}" is no address. It starts with https:// or http://.`;
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:") return "Only http and https can be called.";
  return url.username !== "" || url.password !== "" ? "Leave name and password out; give them as the header Authorization." : null;
}

const HEADER = /^([!#$%&'*+.^_`|~\w-]+)\s*:\s*(.*)$/;

function readHeaders(text: string): { headers: Record<string, string>; problem: string | null } {
  const headers: Record<string, string> = {};
  for (const line of text.split("\n").map((one) => one.trim()).filter((one) => one !== "")) {
    const [, name, value] = HEADER.exec(line) ?? [];
    if (name === undefined || value === undefined) return { headers, problem: `"${line}" is no header. Write it like Authorization: Bearer …` };
    headers[name] = value;
  }
  return { headers, problem: null };
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host.startsWith("127.") || host === "::1";
}

/** What is wrong, by field; empty when it can be sent. */
export function problemsOf(draft: ChannelDraft): Partial<Record<Field, string>> {
  const found: [Field, string | null][] = [
    ["name", draft.name.trim() === "" ? "Give a name, for example On call." : null],
    ["severities", draft.severities.length === 0 ? "Choose at least one severity, or switch the channel off." : null],
  ];
  if (draft.kind === "email") {
    const to = addressesOf(draft.to);
    const open = draft.security === "none" && draft.user.trim() !== "" && !isLoopback(draft.host.trim());
    found.push(
      ["host", hostProblem(draft.host.trim())], ["port", portProblem(draft.port.trim())],
      ["security", open ? "The password would cross the network unprotected. Choose STARTTLS or TLS, or leave the user empty." : null],
      ["from", draft.from.trim() === "" ? "Give the sender, for example presage@example.org." : addressProblem(draft.from.trim())],
      ["to", to.length === 0 ? "Give at least one address." : to.map(addressProblem).find((problem) => problem !== null) ?? null],
    );
  } else found.push(["url", urlProblem(draft.url.trim())], ["headers", readHeaders(draft.headers).problem]);
  return Object.fromEntries(found.filter(([, problem]) => problem !== null));
}

/** What is sent; a secret that was not typed again is left out, so that the stored one stays. */
export function requestOf(draft: ChannelDraft): ChannelRequest {
  const common = {
    name: draft.name.trim(), kind: draft.kind, severities: draft.severities, enabled: draft.enabled, sendResolved: draft.sendResolved, id: draft.id,
  };
  if (draft.kind === "webhook") {
    return { ...common, email: null, webhook: { url: draft.url.trim(), secret: draft.secret === "" ? null : draft.secret, headers: readHeaders(draft.headers).headers } };
  }
  return {
    ...common, webhook: null,
    email: {
      host: draft.host.trim(), port: Number(draft.port), security: draft.security, user: draft.user.trim() === "" ? null : draft.user.trim(),
      password: draft.password === "" ? null : draft.password, from: draft.from.trim(), to: addressesOf(draft.to), verifyCertificate: draft.verifyCertificate,
    },
  };
}

const FIELDS: readonly Field[] = ["name", "severities", "host", "port", "security", "user", "password", "from", "to", "url", "secret", "headers"];

/** The field a server's problem is about: "email.to[1]" is "to". */
export function fieldOf(path: string | null): Field | null {
  const last = (path ?? "").split(".").at(-1)?.replace(/\[.*$/, "") ?? "";
  return FIELDS.find((field) => field === last) ?? null;
}
