import type { AlertItem, HostDetail, HostState, HostSummary, ModelList, Overview, OddSeries, ProcessUsage, Session, UnusualHost, UnusualMetric } from "../../src/api/types";
import { formatRange, formatValue, unitOf } from "../../src/lib/format";
import { hash, noise } from "./noise";
import { readings, type HostModel } from "./vitals";

export type Scenario = "fleet" | "new" | "single" | "thousand" | "tenThousand" | "setup" | "signedOut";

const MINUTE = 60_000;
const GROUPS: readonly [string, string, number][] = [
  ["web", "web", 36], ["app", "app", 42], ["database", "db", 24], ["cache", "cache", 14], ["queue", "mq", 8],
  ["storage", "store", 18], ["Kubernetes node", "k8s", 42], ["build", "ci", 8], ["edge", "edge", 16], ["hypervisor", "hv", 9],
  ["Windows", "win", 15], ["GPU", "gpu", 8],
];

/** How many times as large a fleet is. */
const FACTORS: Partial<Record<Scenario, number>> = { thousand: 4.2, tenThousand: 42 };

/** Everything the fake server knows, generated from the scenario. */
export class World {
  readonly startedMs = Date.now();
  readonly scenario: Scenario;
  readonly hosts: HostSummary[];
  alerts: AlertItem[];

  constructor(scenario: Scenario) {
    this.scenario = scenario;
    this.hosts = scenario === "new" || scenario === "single" ? [this.local()] : this.fleet(FACTORS[scenario] ?? 1);
    this.alerts = scenario === "new" || scenario === "single" ? [] : this.troubles();
  }

  session(): Session {
    const user = this.scenario === "signedOut" ? null : { name: "Maria Keller", role: "operator" as const };
    return {
      user: this.scenario === "setup" ? null : user, auth: "password", setupRequired: this.scenario === "setup", version: "0.1.0",
      serverHost: "build-01", listen: "127.0.0.1:9440", loopbackOnly: true, timeMs: Date.now(),
    };
  }

  private local(): HostSummary {
    return {
      host: "build-01", state: this.scenario === "new" ? "learning" : "ok", unusual: 0, score: 0.1, lastSeenMs: Date.now(),
      labels: { role: "build" }, system: "Debian 12.7", agentVersion: "0.1.0", source: "local", alerts: 0, sentence: null,
    };
  }

  private fleet(factor: number): HostSummary[] {
    return GROUPS.flatMap(([role, prefix, count]) => Array.from({ length: Math.round(count * factor) }, (_, index) => {
      const host = `${prefix}-${String(index + 1).padStart(2, "0")}`;
      const seed = hash(host) % 1000;
      const unusual = seed > 985 ? 3 : seed > 940 ? 2 : seed > 800 ? 1 : 0;
      return {
        host, state: this.stateOf(host), unusual, score: unusual / 3, lastSeenMs: Date.now(),
        labels: { role, site: ["fra-1", "lis-1", "waw-1"][hash(`${host}s`) % 3] ?? "fra-1" },
        system: role === "Windows" ? "Windows Server 2022" : "Debian 12.7", agentVersion: "0.1.0", source: "agent" as const,
        alerts: host === "db-03" ? 2 : 0,
        sentence: unusual === 3 ? "CPU at 81 °C for 4 min, usually 54–68 °C." : null,
      };
    }));
  }

  private stateOf(host: string): HostState {
    if (host === "db-03") return "critical";
    if (["app-12", "app-13", "app-17", "mq-02"].includes(host)) return "warning";
    if (host === "edge-09") return "silent";
    return host === "gpu-07" || host === "gpu-08" ? "learning" : "ok";
  }

  model(name: string): HostModel {
    const summary = this.hosts.find((host) => host.host === name);
    const now = this.startedMs;
    const learningFor = this.scenario === "new" || summary?.state === "learning" ? 12 * MINUTE : 40 * 1440 * MINUTE;
    return {
      host: name, troubleMs: name === "db-03" ? now - 17 * MINUTE : null, silentMs: name === "edge-09" ? now - 6 * MINUTE : null,
      startedMs: now - learningFor, learned: learningFor > 30 * MINUTE,
    };
  }

  private troubles(): AlertItem[] {
    const base = {
      labels: { role: "database" }, firesAtMs: null, resolvedMs: null, acknowledgedBy: null, acknowledgedMs: null, note: null,
      comparison: ">", vitalKey: null, query: "", notified: [],
    };
    const now = this.startedMs;
    return [
      { ...base, id: 482, rule: "Disk writes slow", ruleId: "disk-slow", host: "db-03", state: "firing", severity: "critical",
        sentence: "Writes on sda take 24.6 ms, usually 1.2–3.4 ms.", value: 0.0246, unit: "seconds", threshold: 0.012,
        startedMs: now - 17 * MINUTE, firedMs: now - 15 * MINUTE, vitalKey: 'disk_write_latency{device="sda"}',
        query: 'presage_vital{host="db-03",vital="disk_write_latency",device="sda"}',
        notified: [{ channel: "On call", state: "delivered", timeMs: now - 15 * MINUTE, detail: "250 2.0.0 Ok" }] },
      { ...base, id: 483, rule: "Load high", ruleId: "load", host: "db-03", state: "firing", severity: "warning",
        sentence: "Load is 19.8 on 16 cores, usually 3.1–8.0.", value: 19.8, unit: "tasks", threshold: 16,
        startedMs: now - 15 * MINUTE, firedMs: now - 10 * MINUTE, vitalKey: "load", query: 'presage_vital{host="db-03",vital="load"}' },
      { ...base, id: 481, rule: "Memory nearly out", ruleId: "memory", host: "mq-02", state: "acknowledged", severity: "warning",
        sentence: "Memory use is 93.1 %, above 90 %.", value: 0.931, unit: "ratio", threshold: 0.9, startedMs: now - 63 * MINUTE,
        firedMs: now - 58 * MINUTE, acknowledgedBy: "Jonas Brandt", acknowledgedMs: now - 48 * MINUTE, note: "redeploying the consumer",
        vitalKey: "memory_use", query: 'presage_vital{host="mq-02",vital="memory_use"}' },
      { ...base, id: 484, rule: "Host silent", ruleId: "silent", host: "edge-09", state: "firing", severity: "warning",
        sentence: "Silent for 6 min. Its last samples were as usual.", value: null, unit: "seconds", threshold: 60,
        startedMs: now - 6 * MINUTE, firedMs: now - 5 * MINUTE, vitalKey: "cpu_use", query: 'presage_vital{host="edge-09",vital="cpu_use"}' },
      { ...base, id: 485, rule: "Memory pressure", ruleId: "pressure", host: "k8s-33", state: "pending", severity: "warning",
        sentence: "Tasks stall for memory 9.1 % of the time, above 8 %.", value: 0.091, unit: "ratio", threshold: 0.08,
        startedMs: now - 6 * MINUTE, firedMs: null, firesAtMs: now + 4 * MINUTE, vitalKey: "memory_pressure",
        query: 'presage_vital{host="k8s-33",vital="memory_pressure"}' },
    ];
  }

  overview(): Overview {
    const count = (state: HostState) => this.hosts.filter((host) => host.state === state).length;
    const now = Date.now();
    return {
      timeMs: now, hosts: this.summaries(), wrong: this.alerts, endedToday: this.alerts.length === 0 ? 0 : 6,
      totals: {
        hosts: this.hosts.length, asUsual: count("ok"), silent: count("silent"), learning: count("learning"),
        samplesPerSecond: this.hosts.length * 1716, seriesActive: this.hosts.length * 1142, cpuUse: 0.34, memoryUse: 0.61, filesystemUse: 0.58,
      },
      watching: { rules: 8, evaluationsEach: 152 + Math.floor((now - this.startedMs) / 5000), lastEvaluationMs: now - (now % 5000), startedMs: this.startedMs - 12 * MINUTE },
    };
  }

  summaries(): HostSummary[] {
    const now = Date.now();
    return this.hosts.map((host) => ({ ...host, lastSeenMs: host.state === "silent" ? this.startedMs - 6 * MINUTE : now - (hash(host.host) % 900) }));
  }

  detail(name: string): HostDetail | null {
    const summary = this.summaries().find((host) => host.host === name);
    if (summary === undefined) return null;
    const model = this.model(name);
    const vitals = readings(model, Date.now());
    const odd = vitals.filter((vital) => vital.state !== "ok");
    const learnedSeconds = (Date.now() - model.startedMs) / 1000;
    return {
      summary, vitals, processes: this.processes(name), metricCount: 1142, alerts: this.alerts.filter((alert) => alert.host === name),
      facts: {
        os: summary.system, kernel: "Linux 6.1.0-26-amd64", architecture: "x86_64", cpuModel: "AMD EPYC 7313P 16-Core Processor", cores: 16,
        memoryBytes: 64 * 1024 ** 3, bootTimeMs: this.startedMs - 112 * 1440 * MINUTE, agentVersion: summary.agentVersion,
      },
      learning: {
        startedMs: model.startedMs, learnedSeconds: Math.min(learnedSeconds, model.learned ? learnedSeconds : 359), neededSeconds: 360,
        phase: model.learned ? "known" : "range", dayRhythmAtMs: model.startedMs + 2 * 1440 * MINUTE,
      },
      anomaly: odd.length < 3 ? null : this.anomaly(odd.map((vital) => this.unusual(vital))),
      raised: odd.length === 0 ? null : {
        score: 0.9984, rarity: "1 in 10 hours", sentence: odd.length < 3
          ? "Memory use and Load moved at 14:02 and have stayed: a step is news for about ten minutes."
          : "Write latency on sda and I/O wait are hardly ever where they are now, and have been there since 14:02.",
      },
      oddSeries: odd.length < 3 ? [] : this.oddSeries(),
      twins: null,
      models: this.models(name).odd,
      unusual: odd.map((vital) => this.unusual(vital)).sort((a, b) => b.score - a.score),
    };
  }

  /** Three models: one at work and finding something on db-03, one still reading history, one that cannot be used. */
  models(host: string | null): ModelList {
    const at = (minutes: number) => Date.now() - minutes * MINUTE;
    const one = { problem: null, stepSeconds: 60, window: 60, output: "forecast", input: "window: float32[N, 60]", answer: "next: float32[N, 1]", seriesLearning: 0, seriesLeftOut: 0, odd: 0, notNumbers: 0, secondsSpent: 4.2 };
    return {
      folder: "/var/lib/presage/models",
      models: [
        { ...one, name: "commit-latency", file: "commit-latency.onnx", state: "running", query: 'pg_commit_seconds{quantile="0.99"}', series: 18, odd: 1, answers: 412_300, microsecondsEach: 3.1, sinceMs: at(9000) },
        { ...one, name: "queue-shape", file: "queue-shape.onnx", state: "learning", query: "sum by (host, queue) (jobs_waiting)", output: "reconstruction", series: 240, seriesLearning: 240, answers: 52_000, microsecondsEach: 11.6, sinceMs: at(2) },
        { ...one, name: "sessions", file: "sessions.yaml", state: "setAside", problem: "its input is x: float32[N, 30]; expected is float32[N, 60], [1, 60], [N, 60, 1] or [N, 1, 60] for a window of 60", query: null, stepSeconds: null, window: null, output: null, input: null, answer: null, series: 0, answers: 0, secondsSpent: 0, microsecondsEach: null, sinceMs: at(31) },
      ],
      odd: host === null || host === "db-03" ? [{
        model: "commit-latency", host: "db-03", key: 'model commit-latency pg_commit_seconds{host="db-03",quantile="0.99"}', series: 'pg_commit_seconds{quantile="0.99"}', value: 0.41, expected: 0.012, peak: 0.41,
        lower: 0.008, upper: 0.017, score: 0.9999999, rarity: "1 in 3 years", isAlarm: true, sinceMs: at(11), sentence: 'Model commit-latency: pg_commit_seconds{quantile="0.99"} is 0.41, expected 0.008–0.017, since 14:03.',
      }] : [],
    };
  }

  private oddSeries(): OddSeries[] {
    const sinceMs = Date.now() - 12 * MINUTE;
    const one = { query: "", rate: true, score: 0.9999999, sinceMs };
    return [
      { ...one, name: "node_disk_written_bytes_total", query: 'rate(node_disk_written_bytes_total{device="sda"}[1m])', labels: { device: "sda", job: "node" }, oddity: "shift", value: 3.2e8, lower: 9e6, upper: 3.8e7, rarity: "1 in 7 months" },
      { ...one, name: "pg_stat_archiver_last_archive_age", query: "pg_stat_archiver_last_archive_age", labels: {}, oddity: "flat", rate: false, value: 41, lower: 0, upper: 66, rarity: "1 in 4 months" },
    ];
  }

  private anomaly(odd: UnusualMetric[]): UnusualHost {
    const [first, second] = odd;
    return {
      sentence: `${first?.sentence.replace(/\.$/, "") ?? ""}, since 14:02; with it ${second?.name ?? ""}.`, score: 0.9999999, rarity: "1 in 2 years",
      sinceMs: Date.now() - 12 * MINUTE, joint: true, borrowed: false, id: 482, label: null, seenBefore: [],
      lastSeen: "Last seen 6 Sep 2026, called expected.",
      causes: odd.map((metric, index) => ({ ...metric, family: "disk", strength: 12 - index })),
    };
  }

  private unusual(vital: ReturnType<typeof readings>[number]): UnusualMetric {
    const unit = unitOf(vital.unit, vital.family);
    const place = Object.values(vital.per).join(", ");
    const name = place === "" ? vital.name : `${vital.name} on ${place}`;
    const { value, lower, upper } = { value: vital.value ?? 0, lower: vital.lower ?? 0, upper: vital.upper ?? 0 };
    return {
      id: 600 + hash(vital.key) % 100, label: null, lastSeen: null, key: vital.key, name, value, lower, upper, unit: vital.unit, score: value / upper, sinceMs: vital.sinceMs ?? Date.now(),
      sentence: `${name} is ${formatValue(value, unit)}, usually ${formatRange(lower, upper, unit)}.`,
      rarity: { disk_write_latency: "1 in 11 months", disk_write: "1 in 7 months", cpu_iowait: "1 in 4 months", load: "1 in 5 weeks" }[vital.vital] ?? "1 in 16 days",
    };
  }

  processes(name: string): ProcessUsage[] {
    const now = Date.now();
    const wobble = (seed: number) => 1 + 0.2 * noise(seed + hash(name), now);
    return [
      { name: "pg_basebackup", pid: 41233, count: 1, cpuRatio: 0.61 * wobble(1), memoryBytes: 48e6, user: "postgres" },
      { name: "postgres", pid: null, count: 94, cpuRatio: 0.32 * wobble(2), memoryBytes: 17.2e9, user: "postgres" },
      { name: "node_exporter", pid: 812, count: 1, cpuRatio: 0.01 * wobble(3), memoryBytes: 21e6, user: "prometheus" },
      { name: "systemd-journald", pid: 391, count: 1, cpuRatio: 0.004 * wobble(4), memoryBytes: 64e6, user: "root" },
      { name: "sshd", pid: null, count: 3, cpuRatio: 0.001 * wobble(5), memoryBytes: 18e6, user: "root" },
    ];
  }
}
