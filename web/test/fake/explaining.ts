import type { Anomaly, AnomalyLabel, AnomalyWord, ChangeItem, ChangeList, ChangeMark, Incident, Twins, UnlikeTwins } from "../../src/api/types";
import type { World } from "./world";

const MINUTE = 60_000;
const SPANS = 48;

/** The time of the day as sentences have it. */
function clock(timeMs: number): string {
  return new Date(timeMs).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}

/** What changed, when regimes changed, and what was said of anomalies: generated as the rest of the fake world. */
export class Explaining {
  private readonly labels = new Map<number, AnomalyLabel>();
  private readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  /** The answer to a request, or null when it is about something else. */
  answer(method: string, path: string, url: URL, body: string): { status: number; body: unknown } | null {
    const word = /^\/anomalies\/(\d+)\/label$/.exec(path);
    if (path === "/changes") return { status: 200, body: this.changes(url) };
    if (path === "/anomalies") return { status: 200, body: this.anomalies(url.searchParams.get("host"), url.searchParams.get("vitals") === "true") };
    if (path === "/anomalies/labels") return { status: 200, body: [...this.labels.values()] };
    if (path.endsWith("/change-points")) return { status: 200, body: this.marks(decodeURIComponent(path.split("/")[2] ?? "")) };
    if (path === "/incidents") return { status: 200, body: this.incidents(url.searchParams.get("host"), Number(url.searchParams.get("fromMs"))) };
    if (path === "/models") return { status: 200, body: this.world.models(null) };
    if (path === "/peers") return { status: 200, body: this.peers() };
    if (word === null) return null;
    const id = Number(word[1]);
    if (method === "DELETE") this.labels.delete(id);
    else {
      const said: { word: AnomalyWord } = JSON.parse(body);
      this.say(id, said.word);
    }
    return { status: 200, body: this.anomalies(null, true).find((anomaly) => anomaly.id === id) };
  }

  labelOf(id: number | null): AnomalyLabel | null {
    return id === null ? null : this.labels.get(id) ?? null;
  }

  private say(id: number, word: AnomalyWord): void {
    const now = Date.now();
    const about = this.anomalies(null, true).find((anomaly) => anomaly.id === id);
    if (about === undefined) throw new Error(`The generated world has no anomaly ${id}.`);
    const { host, sentence, startMs } = about;
    const learned = { expected: `The like of it is not told on ${host} any more.`, noise: `The like of it is told on ${host} only when it is ten times as rare.`, useful: `The like of it is told on ${host}, whatever was said of earlier ones.` };
    this.labels.set(id, {
      anomalyId: id, host, word, note: null, by: "Maria Keller", atMs: now, startMs, sentence,
      learned: learned[word], held: 0, heldMs: null,
    });
  }

  private anomalies(host: string | null, vitals = false): Anomaly[] {
    if (this.world.hosts.length < 2) return [];
    const now = Date.now();
    const one = {
      kind: "host" as const, key: null, model: null, peakValue: null, lower: null, upper: null, score: 0.9999999, rarity: "1 in 2 years", causes: [], label: null, lastSeen: null, seenBefore: [],
    };
    const all: Anomaly[] = [
      { ...one, id: 482, host: "db-03", sinceMs: now - 12 * MINUTE, startMs: now - 12 * MINUTE, endMs: null, peakMs: now - 5 * MINUTE, sentence: `Write latency on sda is 24.6 ms, usually 1.2–3.4 ms, since ${clock(now - 12 * MINUTE)}; with it Disk writes on sda (409 MiB/s, usually 9–36 MiB/s). Disk writes on sda moved first, 40 s earlier.`, lastSeen: "Last seen 6 Sep 2026, called expected (\"ionice the backup\")." },
      { ...one, id: 501, kind: "twins", host: "app-12", sinceMs: now - 50 * MINUTE, startMs: now - 42 * MINUTE, endMs: null, peakMs: now - 5 * MINUTE, rarity: "1 in 4 years", sentence: `Memory use is 91 %; its 39 twins (role app) have 40–46 %. Since ${clock(now - 50 * MINUTE)}.` },
      { ...one, id: 391, host: "db-03", sinceMs: now - 3 * 1440 * MINUTE, startMs: now - 3 * 1440 * MINUTE, endMs: now - 3 * 1440 * MINUTE + 47 * MINUTE, peakMs: now - 3 * 1440 * MINUTE, rarity: "1 in 5 months", sentence: "Disk writes on sda were 380 MiB/s, usually 9–36 MiB/s, from 02:00 to 02:47." },
      { ...one, id: 207, host: "app-12", sinceMs: now - 9 * 1440 * MINUTE, startMs: now - 9 * 1440 * MINUTE, endMs: now - 9 * 1440 * MINUTE + 72 * MINUTE, peakMs: now - 9 * 1440 * MINUTE, rarity: "1 in 7 weeks", sentence: "CPU use was 97.4 %, usually 20–45 %, from 11:10 to 12:22." },
    ];
    if (vitals) all.push(...this.oddVitals());
    return all.filter((anomaly) => host === null || anomaly.host === host).map((anomaly) => ({ ...anomaly, label: this.labelOf(anomaly.id) }));
  }

  /** Those single vital signs of the troubled host that are odd on their own. */
  private oddVitals(): Anomaly[] {
    const unusual = this.world.detail("db-03")?.unusual ?? [];
    const now = Date.now();
    const over = unusual.slice(0, 1).map((metric): Anomaly => ({
      id: 480, kind: "vital", host: "db-03", key: metric.key, model: null, sinceMs: now - 44 * MINUTE, startMs: now - 44 * MINUTE, endMs: now - 39 * MINUTE, peakMs: now - 41 * MINUTE,
      peakValue: metric.value, lower: metric.lower, upper: metric.upper, score: metric.score, rarity: metric.rarity, causes: [], label: null, lastSeen: null, seenBefore: [],
      sentence: `${metric.name} was odd at ${clock(now - 41 * MINUTE)}. It lasted from ${clock(now - 44 * MINUTE)} to ${clock(now - 39 * MINUTE)}.`,
    }));
    return over.concat(unusual.flatMap((metric): Anomaly[] => (metric.id === null ? [] : [{
      id: metric.id, kind: "vital", host: "db-03", key: metric.key, model: null, sinceMs: metric.sinceMs, startMs: metric.sinceMs, endMs: null, peakMs: metric.sinceMs,
      peakValue: metric.value, lower: metric.lower, upper: metric.upper, score: metric.score, rarity: metric.rarity, causes: [], label: null, lastSeen: null, seenBefore: [],
      sentence: metric.sentence,
    }])));
  }

  /** Each host's alerts and anomalies of now are one incident, each earlier anomaly is one of its own. */
  private incidents(host: string | null, fromMs: number): Incident[] {
    const anomalies = this.anomalies(null);
    const alerts = this.world.alerts.filter((alert) => alert.firedMs !== null);
    const hosts = new Set([...alerts, ...anomalies.filter((anomaly) => anomaly.endMs === null)].map((one) => one.host));
    const open = [...hosts].map((name): Incident => {
      const own = { alerts: alerts.filter((alert) => alert.host === name), anomalies: anomalies.filter((anomaly) => anomaly.host === name && anomaly.endMs === null) };
      const by = own.alerts.find((alert) => alert.acknowledgedBy !== null)?.acknowledgedBy ?? null;
      return {
        ...own, id: `open-${name}`, host: name, startMs: Math.min(...own.alerts.map((alert) => alert.startedMs), ...own.anomalies.map((anomaly) => anomaly.sinceMs)), endMs: null,
        state: by === null ? "open" : "acknowledged", severity: own.alerts.length === 0 ? "unusual" : own.alerts.some((alert) => alert.severity === "critical") ? "critical" : "warning",
        sentence: own.anomalies[0]?.sentence ?? `${name}: ${own.alerts[0]?.sentence ?? ""}`, acknowledgedBy: by,
      };
    });
    const over = anomalies.flatMap((anomaly): Incident[] => (anomaly.endMs === null ? [] : [{
      id: `anomaly-${anomaly.id}`, host: anomaly.host, startMs: anomaly.sinceMs, endMs: anomaly.endMs, state: "ended", severity: "unusual", sentence: anomaly.sentence, acknowledgedBy: null,
      alerts: [], anomalies: [anomaly],
    }]));
    return [...open, ...over].filter((one) => (host === null || one.host === host) && (one.endMs ?? Number.POSITIVE_INFINITY) >= fromMs).sort((a, b) => b.startMs - a.startMs);
  }

  private peers(): UnlikeTwins[] {
    if (this.world.hosts.length < 5) return [];
    return [this.unlike()];
  }

  twinsOf(host: string): Twins | null {
    const hosts = this.world.hosts.map((one) => one.host).filter((name) => name.startsWith("app-"));
    if (!hosts.includes(host) || hosts.length < 5) return null;
    const odd = host === "app-12";
    return { group: "role app", byLabel: true, hosts, score: odd ? 0.999999 : 0.4, anomaly: odd ? this.anomalies(host).find((one) => one.kind === "twins") ?? null : null, differences: odd ? [this.unlike()] : [] };
  }

  private unlike(): UnlikeTwins {
    return { host: "app-12", key: "memory_use", name: "Memory use", group: "role app", hosts: 40, value: 0.91, lower: 0.4, upper: 0.46, unit: "ratio", family: "memory", probability: 1e-5, known: false, sentence: "Memory use of app-12 is 91 %; its 39 twins (role app) have 40–46 %." };
  }

  private marks(host: string): ChangeMark[] {
    if (host !== "db-03") return [];
    return [{ key: 'disk_write_latency{device="sda"}', timeMs: Date.now() - 12 * MINUTE, kind: "rose", before: 0.0021, after: 0.0246, sentence: `Write latency on sda rose from 2.1 ms to 24.6 ms at ${clock(Date.now() - 12 * MINUTE)}.` }];
  }

  private changes(url: URL): ChangeList {
    const [fromMs, toMs] = [Number(url.searchParams.get("fromMs")), Number(url.searchParams.get("toMs"))];
    const host = url.searchParams.get("host") ?? "db-03";
    const sinceMs = fromMs + (toMs - fromMs) / 3;
    const item = (name: string, subject: string, change: Partial<ChangeItem>): ChangeItem => ({
      host, name, subject, sentence: `${subject} rose from 2.1 ms to 24.6 ms at ${clock(sinceMs)} on ${host}.`, labels: { device: "sda" }, query: `${name}{device="sda"}`, kind: "rose", sinceMs,
      before: 0.0021, after: 0.0246, unit: "seconds", family: "disk", rate: false, chance: 1e-7, falseShare: 1e-6, windows: 24, asOdd: 0, effect: 22, strength: 13, copies: 0, hosts: [host], hostCount: 1, alike: [],
      shape: Array.from({ length: SPANS }, (_, index) => (index < 32 ? 2 + Math.sin(index * 7) / 4 : 24 + Math.sin(index * 5))), ...change,
    });
    return {
      fromMs, toMs, baselineFromMs: fromMs - (toMs - fromMs), compared: host === "db-03" ? 31_400 : 1142, changed: 41, earlier: 2000, tookMs: 312.4, silentHosts: ["batch-07"],
      items: this.world.scenario === "new" ? [] : [
        item("presage_vital", "Write latency on sda", { labels: { vital: "disk_write_latency", device: "sda" }, alike: ["node_disk_io_time_weighted_seconds_total", "node_pressure_io_waiting_seconds_total", "node_load1"] }),
        item("node_disk_written_bytes_total", "The rate of node_disk_written_bytes_total (sda)", {
          sentence: `The rate of node_disk_written_bytes_total (sda) rose from 22 MiB/s to 409 MiB/s at ${clock(sinceMs - 40_000)} on ${host} and on 2 more hosts.`, sinceMs: sinceMs - 40_000, before: 23e6, after: 4.29e8, unit: "bytes/s", rate: true, strength: 12, copies: 2, hosts: [host, "db-04", "db-05"], hostCount: 3,
        }),
        item("pg_locks_waiting", "pg_locks_waiting", { sentence: `pg_locks_waiting peaked at 4 at ${clock(fromMs + (toMs - fromMs) * 0.67)}, usually 0 on ${host}.`, kind: "peak", before: 0, after: 4, unit: "none", falseShare: 0.4, asOdd: 5, strength: 4, shape: Array.from({ length: SPANS }, (_, index) => (index === 40 ? 4 : 0)) }),
      ],
    };
  }
}
