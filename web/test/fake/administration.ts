import type {
  AlertItem, Cardinality, Channel, ChannelTest, Delivery, Matcher, Rule, Server, Session, Silence, Snapshot, Status, Token, User,
} from "../../src/api/types";
import { covers } from "../../src/lib/matchers";
import type { World } from "./world";

/** What the fake server knows besides hosts: rules, channels, people, tokens. Kept per world and changed by requests. */
export interface Answer { status: number; body: unknown }

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function ok(body: unknown, status = 200): Answer {
  return { status, body };
}

function refused(status: number, detail: string, field?: string, fix?: string): Answer {
  return { status, body: { type: "about:blank", title: "Not done", status, detail, field, fix } };
}

const PASSWORD = "correct horse battery";

export class Administration {
  readonly world: World;
  session: Session;
  silences: Silence[] = [];
  rules: Rule[];
  channels: Channel[] = [];
  deliveries: Delivery[] = [];
  snapshots: Snapshot[] = [];
  users: User[];
  tokens: Token[];
  private next = 100;
  private enrolled: { label: string; atMs: number } | null = null;
  private joinedMs: number | null = null;
  private failures = 0;

  constructor(world: World) {
    this.world = world;
    this.session = world.session();
    const now = world.startedMs;
    const bare = world.scenario === "new" || world.scenario === "single";
    this.rules = stockRules(now);
    this.users = [
      { name: "maria", role: "administrator", createdMs: now - 90 * DAY, lastSeenMs: now - 2000 },
      { name: "jonas", role: "operator", createdMs: now - 80 * DAY, lastSeenMs: now - 3 * HOUR },
      { name: "audit", role: "viewer", createdMs: now - 5 * DAY, lastSeenMs: null },
    ];
    this.tokens = [
      { id: 1, name: "Servers in fra-1", kind: "agent", role: null, createdMs: now - 60 * DAY, expiresMs: null, lastUsedMs: now - 400, lastUsedFrom: "10.20.4.61" },
      { id: 2, name: "Wall display", kind: "api", role: "viewer", createdMs: now - 9 * DAY, expiresMs: now + 81 * DAY, lastUsedMs: null, lastUsedFrom: null },
    ];
    if (!bare) this.fill(now);
  }

  become(role: User["role"]): void {
    this.session = { ...this.session, user: { name: "Maria Keller", role } };
  }

  /** The server that the last token was made for arrives. */
  join(): void {
    this.joinedMs = Date.now();
  }

  private fill(now: number): void {
    this.channels = [
      { ...EMAIL, id: "1", name: "On call" },
      { ...EMAIL, id: "2", name: "Tickets", kind: "webhook", severities: ["critical"], email: null, webhook: { url: "https://tickets.example/api/presage", secretSet: true, headers: {} } },
    ];
    this.deliveries = [
      delivery(12, "2", "Tickets", "failed", 8, now - 2 * HOUR, null, "503 Service Unavailable", "Critical: db-03: Writes on sda take 24.6 ms"),
      delivery(11, "2", "Tickets", "waiting", 4, now - 9 * MINUTE, now + 2 * MINUTE, "503 Service Unavailable", "Critical: edge-09: silent for 6 min"),
      delivery(10, "1", "On call", "delivered", 1, now - 15 * MINUTE, null, "250 2.0.0 Ok: queued as 4F2B81", "Critical: db-03: Writes on sda take 24.6 ms"),
    ];
    this.silences = [{
      id: "s0", matchers: [{ name: "alertname", value: "Backup late", isRegex: false, isEqual: true }], startsMs: now - DAY, endsMs: now + 3 * DAY, createdMs: now - DAY,
      createdBy: "jonas", comment: "new NAS, moving jobs", heldBack: 2,
    }];
    for (const channel of this.channels) channel.lastDelivery = this.deliveries.find((one) => one.channelId === channel.id) ?? null;
  }

  /** The answer to an own endpoint, or null when it is somebody else's. */
  answer(method: string, path: string, url: URL, text: string): Answer | null {
    const body = text === "" ? {} : JSON.parse(text);
    const [head = "", id = "", verb = ""] = path.slice(1).split("/").map(decodeURIComponent);
    switch (head) {
      case "session": return this.sessions(method, body);
      case "setup": return this.setup(body);
      case "silences": return this.silence(method, id, body);
      case "alerts": return id === "" ? this.alerts(url) : null;
      case "overview": return ok({ ...this.world.overview(), wrong: this.world.alerts.filter((alert) => this.silenced(alert).state !== "silenced") });
      case "rules": return method === "GET" ? ok(this.rules) : method === "DELETE" ? this.deleteRule(id) : id === "" ? this.makeRule(body) : verb === "reset" ? this.resetRule(id) : this.changeRule(id, body);
      case "channels": return this.channel(method, id, verb, body);
      case "deliveries": return this.delivery(method, url, id);
      case "servers": return ok({ servers: this.servers(), agent: { platforms: [{ id: "linux-x64", available: true, bytes: 8_600_000, building: false }, { id: "linux-arm64", available: false, bytes: null, building: true }] } });
      case "enrolments": return id === "" ? this.enrol(body) : ok(this.progress());
      case "users": return this.user(method, id, body);
      case "tokens": return this.token(method, id, body);
      case "audit": return ok(this.audit());
      case "status": return ok(this.status());
      case "cardinality": return ok(this.cardinality());
      case "snapshots": return this.snapshot(method, id);
      default: return null;
    }
  }

  private sessions(method: string, body: { name?: string; password?: string }): Answer {
    if (method === "GET") return ok({ ...this.session, timeMs: Date.now() });
    if (method === "DELETE") {
      this.session = { ...this.session, user: null };
      return ok(null, 204);
    }
    if (this.failures >= 5) return refused(429, "Too many failed attempts from 127.0.0.1.", undefined, "Try again in 30 s.");
    if (body.password !== PASSWORD) {
      this.failures += 1;
      return refused(401, "Name or password is wrong.", undefined, "An administrator can set a new password.");
    }
    this.session = { ...this.session, user: { name: body.name ?? "", role: "administrator" } };
    return ok(this.session);
  }

  private setup(body: { token?: string; name?: string }): Answer {
    if (body.token !== "good") return refused(422, "This set-up link is not valid any more: each start of the server prints a new one.", "token", "Open the link printed last.");
    this.session = { ...this.session, setupRequired: false, user: { name: body.name ?? "", role: "administrator" } };
    return ok(this.session);
  }

  private alerts(url: URL): Answer {
    const host = url.searchParams.get("host");
    const history = url.searchParams.get("state") === "history";
    const items = (history ? this.history() : this.world.alerts.map((alert) => this.silenced(alert)))
      .filter((alert) => host === null || alert.host === host);
    return ok({ items, silences: this.silences, today: { alerts: 9, notifications: 3 } });
  }

  private silenced(alert: AlertItem): AlertItem {
    const labels = { ...alert.labels, host: alert.host, alertname: alert.rule, severity: alert.severity };
    return this.silences.some((silence) => covers(silence.matchers, labels)) ? { ...alert, state: "silenced" } : alert;
  }

  private history(): AlertItem[] {
    const now = this.world.startedMs;
    return this.world.alerts.slice(0, 3).map((alert, index) => ({
      ...alert, id: 400 - index, state: "resolved", startedMs: now - (index + 1) * 5 * HOUR, firedMs: now - (index + 1) * 5 * HOUR + MINUTE, resolvedMs: now - (index + 1) * 5 * HOUR + 40 * MINUTE,
    }));
  }

  private heldBack(matchers: Matcher[]): AlertItem[] {
    return this.world.alerts.filter((alert) => covers(matchers, { ...alert.labels, host: alert.host, alertname: alert.rule, severity: alert.severity }));
  }

  private silence(method: string, id: string, body: { matchers?: Matcher[]; endsMs?: number; comment?: string }): Answer {
    const matchers = body.matchers ?? [];
    if (id === "preview") {
      const now = this.heldBack(matchers);
      return ok({ now: now.length, last30Days: now.length * 2 + 1, critical: now.filter((alert) => alert.severity === "critical").length });
    }
    if (method === "DELETE") {
      this.silences = this.silences.filter((silence) => silence.id !== id);
      return ok(null, 204);
    }
    if (method === "GET") return ok(this.silences);
    const silence: Silence = {
      id: `s${(this.next += 1)}`, matchers, startsMs: Date.now(), createdMs: Date.now(), endsMs: body.endsMs ?? 0, createdBy: "maria", comment: body.comment ?? "",
      heldBack: this.heldBack(matchers).length,
    };
    this.silences.push(silence);
    return ok(silence);
  }

  private changeRule(id: string, body: Partial<Rule>): Answer {
    const rule = this.rules.find((known) => known.id === id);
    if (rule === undefined) return refused(404, `There is no rule "${id}".`);
    if (body.threshold !== undefined && rule.unit === "ratio" && (body.threshold < 0 || body.threshold > 1)) {
      return refused(422, "A ratio lies between 0 % and 100 %.", "threshold", "Give a value between 0 % and 100 %.");
    }
    Object.assign(rule, body, { changed: true });
    return ok(rule);
  }

  private makeRule(body: Partial<Rule> & { falseAlarms?: number }): Answer {
    if (this.rules.some((known) => known.name.toLowerCase() === body.name?.toLowerCase())) return refused(422, "There is a rule of that name already.", "name", "Choose another name.");
    const like = stockRules(Date.now())[1];
    if (like === undefined) return refused(500, "No rules.");
    const rule: Rule = {
      ...like, id: `anomaly-${this.rules.length}`, name: body.name ?? "", stock: false, kind: "anomaly", hosts: body.hosts ?? "", families: body.families ?? [], severity: body.severity ?? "warning",
      query: "presage_host_anomaly_rate", comparison: "<=", threshold: body.falseAlarms ?? 100, clearThreshold: body.falseAlarms ?? 100, unit: "1/week", forSeconds: body.forSeconds ?? 0,
      sentence: "{host}: behaves unlike usual. {explanation}",
    };
    this.rules.push(rule);
    return ok(rule);
  }

  private deleteRule(id: string): Answer {
    this.rules = this.rules.filter((known) => known.id !== id);
    return { status: 204, body: null };
  }

  private resetRule(id: string): Answer {
    const shipped = stockRules(Date.now()).find((rule) => rule.id === id);
    this.rules = this.rules.map((rule) => (rule.id === id && shipped !== undefined ? { ...shipped, enabled: true, changed: false } : rule));
    return ok(this.rules.find((rule) => rule.id === id));
  }

  private channel(method: string, id: string, verb: string, body: Partial<Channel> & { email?: { host?: string; password?: string } }): Answer {
    if (id === "test" || verb === "test") return ok(this.test(id === "test" ? body : this.channels.find((known) => known.id === id) ?? {}));
    if (method === "GET") return ok(this.channels);
    if (method === "DELETE") {
      this.channels = this.channels.filter((known) => known.id !== id);
      return ok(null, 204);
    }
    const email = body.email === null || body.email === undefined ? null : { ...body.email, passwordSet: true };
    const fields = { ...body, ...(body.email === undefined ? {} : { email }) };
    if (method === "PUT") {
      this.channels = this.channels.map((known) => (known.id === id ? Object.assign({}, known, fields) : known));
      return ok(this.channels.find((known) => known.id === id));
    }
    const created: Channel = Object.assign({}, EMAIL, fields, { id: String((this.next += 1)), lastDelivery: null });
    this.channels.push(created);
    return ok(created, 201);
  }

  private test(channel: Partial<Channel>): ChannelTest {
    if (channel.email?.host === "nowhere.example") {
      return { delivered: false, answer: "Name or service not known (nowhere.example:587)", elapsedMs: 41, transcript: [] };
    }
    return {
      delivered: true, answer: "250 2.0.0 Ok: queued as 4F2B81", elapsedMs: 183,
      transcript: ["220 mail.example ESMTP", "> EHLO build-01", "250-mail.example", "250 STARTTLS", "> MAIL FROM:<presage@example.org>", "250 2.1.0 Ok", "> DATA", "354 End data with <CR><LF>.<CR><LF>", "250 2.0.0 Ok: queued as 4F2B81"],
    };
  }

  private delivery(method: string, url: URL, id: string): Answer {
    if (method === "GET") return ok(this.deliveries.filter((one) => !url.searchParams.has("channel") || one.channelId === url.searchParams.get("channel")));
    this.deliveries = this.deliveries.map((one) => (String(one.id) === id ? { ...one, state: "delivered", attempts: one.attempts + 1, answer: "200 OK", nextAttemptMs: null, lastAttemptMs: Date.now() } : one));
    return ok(this.deliveries.find((one) => String(one.id) === id) ?? null);
  }

  private servers(): Server[] {
    const now = Date.now();
    const known = this.world.summaries().map((host) => ({
      ...host, firstSeenMs: now - 60 * DAY, token: host.source === "local" ? null : "Servers in fra-1", samplesPerSecond: 1716,
    }));
    const joined = this.joined();
    if (joined === null) return known;
    return [...known, {
      host: joined.host, state: "learning", unusual: 0, score: null, lastSeenMs: now, labels: {}, system: "Debian 12.7", agentVersion: "0.1.0",
      source: "agent", alerts: 0, sentence: null, firstSeenMs: joined.firstSeenMs, token: joined.label, samplesPerSecond: 1142,
    }];
  }

  private enrol(body: { label?: string; hours?: number }): Answer {
    const token = `pt_${"7Kq2vN9xWd4".slice(0, 11)}${(this.next += 1)}`;
    this.enrolled = { label: body.label ?? "Added in the dashboard", atMs: Date.now() };
    return ok({
      id: this.next, token, expiresMs: Date.now() + (body.hours ?? 24) * HOUR,
      installCommand: `curl -fsS http://127.0.0.1:9440/install.sh | sudo sh -s -- --token ${token}`,
      agentCommand: `./presage-agent --server http://127.0.0.1:9440 --token ${token}`,
      remoteWriteYaml: `remote_write:\n  - url: http://127.0.0.1:9440/api/v1/write\n    authorization:\n      credentials: ${token}\n`,
    });
  }

  private joined(): { host: string; firstSeenMs: number; label: string } | null {
    if (this.enrolled === null || this.joinedMs === null) return null;
    return { host: "web-37", firstSeenMs: this.joinedMs, label: this.enrolled.label };
  }

  private progress() {
    const joined = this.joined();
    return {
      hosts: joined === null ? [] : [{ host: joined.host, firstSeenMs: joined.firstSeenMs }],
      lastUsedFrom: joined === null ? null : "10.20.4.61", lastUsedMs: joined?.firstSeenMs ?? null,
    };
  }

  private user(method: string, name: string, body: { name?: string; role?: User["role"] }): Answer {
    if (method === "GET") return ok(this.users);
    if (method === "POST") {
      if (this.users.some((user) => user.name === body.name)) return refused(409, `There is already an account "${body.name ?? ""}".`, "name");
      const user: User = { name: body.name ?? "", role: body.role ?? "viewer", createdMs: Date.now(), lastSeenMs: null };
      this.users.push(user);
      return ok(user, 201);
    }
    if (method === "DELETE") this.users = this.users.filter((user) => user.name !== name);
    else this.users = this.users.map((user) => (user.name === name ? { ...user, role: body.role ?? user.role } : user));
    return method === "DELETE" ? ok(null, 204) : ok(this.users.find((user) => user.name === name));
  }

  private token(method: string, id: string, body: Partial<Token> & { expiresInHours?: number }): Answer {
    if (method === "GET") return ok(this.tokens);
    if (method === "DELETE") {
      this.tokens = this.tokens.filter((token) => String(token.id) !== id);
      return ok(null, 204);
    }
    const token: Token = {
      id: (this.next += 1), name: body.name ?? "", kind: body.kind ?? "api", role: body.role ?? null, createdMs: Date.now(),
      expiresMs: body.expiresInHours === undefined ? null : Date.now() + body.expiresInHours * HOUR, lastUsedMs: null, lastUsedFrom: null,
    };
    this.tokens.push(token);
    return ok({ ...token, token: "pa_9fK2mQ7xVb3LrT8wYcN4" }, 201);
  }

  private audit() {
    const now = this.world.startedMs;
    return [
      { timeMs: now - 40 * MINUTE, user: "jonas", action: "acknowledgeAlert", subject: "#481", detail: "Memory nearly out on mq-02" },
      { timeMs: now - 3 * HOUR, user: "maria", action: "updateRule", subject: "cpu-saturated", detail: "threshold 0.9 to 0.95" },
      { timeMs: now - 2 * DAY, user: "anonymous", action: "signInFailed", subject: "root", detail: "10.20.9.4" },
    ];
  }

  private snapshot(method: string, id: string): Answer {
    if (method === "GET") return ok(this.snapshots);
    if (method === "DELETE") {
      this.snapshots = this.snapshots.filter(({ name }) => name !== id);
      return ok(null, 204);
    }
    const made: Snapshot = { name: "20261119T144000Z", folder: "/var/lib/presage/snapshots/20261119T144000Z", createdMs: Date.now(), files: 582, bytes: 21_610_000_000 };
    this.snapshots.push(made);
    return ok(made);
  }

  private cardinality(): Cardinality {
    return {
      timeMs: Date.now(), series: 274_080, seriesMax: 10_000_000, seriesPerHostMax: 20_000, growthSinceMs: this.world.startedMs - DAY,
      metrics: [{ name: "http_request_duration_seconds", series: 19_400, growth: 17_180 }, { name: "node_cpu_seconds_total", series: 15_360, growth: 0 }, { name: "node_systemd_unit_state", series: 11_200, growth: -40 }],
      hosts: [{ name: "app-11", series: 20_000, growth: 17_300 }, { name: "db-03", series: 1420, growth: 12 }, { name: "", series: 310, growth: null }],
      labels: [{ name: "request", values: 17_180, series: 17_180, growth: 17_180 }, { name: "instance", values: 240, series: 274_080, growth: 0 }],
      pairs: [{ name: "job", value: "node", series: 251_000 }, { name: "instance", value: "app-11:9100", series: 20_000 }],
    };
  }

  private status(): Status {
    return {
      version: "0.1.0", startedMs: this.world.startedMs - 9 * DAY, uptimeSeconds: 9 * 86_400, dataFolder: "/var/lib/presage",
      storage: { seriesActive: 274_080, samplesAppended: 12_480_221_904, samplesPerSecond: 411_840, bytesOnDisk: 21_474_836_480, journalBytes: 268_435_456, blocks: 361, lastFlushMs: this.world.startedMs - 22 * MINUTE, lastFlushError: null, headBytes: 402_653_184, recoverySeconds: 1.8, samplesReplayed: 0, damage: [],
        hostsLimited: [{ host: "app-11", seriesMax: 20_000, label: "request", samplesRefused: 48_210, sinceMs: this.world.startedMs - 40 * MINUTE, lastMs: this.world.startedMs }],
        rollupBlocks: 214, rollupBytes: 1_288_490_188, oldestRawMs: this.world.startedMs - 15 * DAY, lastMergeMs: this.world.startedMs - 3 * HOUR, lastMergeError: null,
        deletionsPending: 1, bytesMax: 53_687_091_200, events: [] },
      rejected: { tooOld: 12, outOfOrder: 0, tooManySeries: 0 }, refusedRequests: {}, process: { cpuRatio: 0.31, memoryBytes: 812_000_000 }, writable: true, notWritableReason: null,
    };
  }
}

const EMAIL: Channel = {
  id: "", name: "", kind: "email", enabled: true, severities: ["critical", "warning"], sendResolved: true, webhook: null, lastDelivery: null, problem: null,
  email: { host: "mail.example.org", port: 587, security: "starttls", user: "presage", passwordSet: true, from: "presage@example.org", to: ["oncall@example.org"], verifyCertificate: true },
};

function delivery(
  id: number, channelId: string, channel: string, state: Delivery["state"], attempts: number, lastAttemptMs: number, nextAttemptMs: number | null,
  answer: string, subject: string,
): Delivery {
  return { id, channelId, channel, recipient: channelId === "1" ? "oncall@example.org" : "tickets.example", alertId: 482, subject, state, attempts, createdMs: lastAttemptMs - 4000, lastAttemptMs, nextAttemptMs, answer };
}

function stockRules(now: number): Rule[] {
  const base = { enabled: true, stock: true, changed: false, kind: "threshold" as const, hosts: "", families: [], unless: null, comparison: ">", keepFiringSeconds: 60, lastEvaluationMs: now - 3000, lastError: null, firing: 0, pending: 0 };
  const vital = (name: string) => `presage_vital{vital="${name}"}`;
  const rules: Omit<Rule, "clearThreshold">[] = [
    { ...base, id: "host-silent", name: "Host silent", severity: "critical", query: "presage_host_up", comparison: "<", threshold: 1, unit: "", forSeconds: 30, sentence: "{host}: silent for {duration}.", firing: 1 },
    { ...base, id: "cpu-saturated", name: "CPU saturated", severity: "warning", query: vital("cpu_use"), threshold: 0.95, unit: "ratio", forSeconds: 300, sentence: "{host}: CPU is {value} busy for {duration}; threshold {threshold}." },
    { ...base, id: "memory-nearly-out", name: "Memory nearly out", severity: "critical", query: vital("memory_use"), threshold: 0.95, unit: "ratio", forSeconds: 120, sentence: "{host}: memory is {value} in use for {duration}; threshold {threshold}.", pending: 1 },
    { ...base, id: "filesystem-nearly-full", name: "File system nearly full", severity: "critical", query: vital("filesystem_use"), threshold: 0.95, unit: "ratio", forSeconds: 60, sentence: "{host}: file system {mountpoint} is {value} full for {duration}; threshold {threshold}.", unless: "max by (host, mountpoint) (node_filesystem_avail_bytes) > 20 * 1024 * 1024 * 1024" },
    { ...base, id: "disk-slow", name: "Disk writes slow", severity: "critical", query: vital("disk_write_latency"), threshold: 0.012, unit: "seconds", forSeconds: 240, sentence: "{host}: writes on {device} take {value}; threshold {threshold}.", firing: 1 },
    { ...base, id: "swap-thrashing", name: "Swap thrashing", severity: "warning", query: vital("swap_activity"), threshold: 10_485_760, unit: "bytes/s", forSeconds: 300, sentence: "{host}: swaps {value} in and out for {duration}.", enabled: false, changed: true, lastEvaluationMs: null },
    { ...base, id: "host-unusual", name: "Host unusual", severity: "warning", query: "presage_host_anomaly_rate", comparison: "<=", threshold: 100, unit: "1/week", forSeconds: 0, keepFiringSeconds: 0, sentence: "{host}: behaves unlike usual. {explanation}" },
    { ...base, id: "disk-errors", name: "Disk errors", severity: "critical", query: vital("disk_errors"), threshold: 0, unit: "count", forSeconds: 0, sentence: "{host}: {device} had I/O errors, {value} in the last 10 min; usually none.", lastError: "The query took longer than 2 s." },
  ];
  return rules.map((rule) => ({ ...rule, clearThreshold: rule.threshold * (rule.comparison === ">" ? 0.95 : 1) }));
}
