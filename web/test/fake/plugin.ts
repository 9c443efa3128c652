import type { IncomingMessage, ServerResponse } from "node:http";
import type { Plugin } from "vite";
import type { LiveHost, LiveTick, LiveVitals, Role } from "../../src/api/types";
import { Administration } from "./administration";
import { Explaining } from "./explaining";
import { answerRange, METRICS } from "./metrics";
import { live } from "./vitals";
import { World, type Scenario } from "./world";

/**
 * A server made of generated data, for browser tests and for working on pages. `POST /__fake {"scenario": "new"}` changes
 * the world, `{"live": false}` cuts the live connection, `{"fail": "/overview"}` makes one path answer 500,
 * `{"held": true}` makes all but the session wait until it is false again,
 * `{"role": "viewer"}` changes who one is, `{"joined": true}` lets the server arrive that a token was made for.
 */
interface Controls { scenario: Scenario; live: boolean; fail: string | null; held: boolean; role?: Role; joined?: boolean }

export function fakeApi(): Plugin {
  const controls: Controls = { scenario: "fleet", live: true, fail: null, held: false };
  let world = new World("fleet");
  let administration = new Administration(world);
  let explaining = new Explaining(world);
  const streams = new Set<ServerResponse>();
  const waiting: (() => void)[] = [];

  const control = async (request: IncomingMessage, response: ServerResponse) => {
    const change: Partial<Controls> = JSON.parse(await bodyOf(request));
    Object.assign(controls, change);
    if (change.scenario !== undefined) {
      world = new World(change.scenario);
      administration = new Administration(world);
      explaining = new Explaining(world);
    }
    if (change.role !== undefined) administration.become(change.role);
    if (change.joined === true) administration.join();
    if (!controls.live) for (const stream of streams) stream.destroy();
    if (!controls.held) for (const go of waiting.splice(0)) go();
    json(response, controls);
  };

  const handle = async (request: IncomingMessage, response: ServerResponse, next: () => void) => {
    const url = new URL(request.url ?? "/", "http://fake");
    if (url.pathname === "/__fake") return control(request, response);
    if (!url.pathname.startsWith("/api/")) return next();
    if (controls.held && !url.pathname.endsWith("/session")) await new Promise<void>((go) => waiting.push(go));
    if (response.destroyed) return;
    if (controls.fail !== null && url.pathname.includes(controls.fail)) {
      return problem(response, 500, "The journal on disk cannot be read.", "See the server's log.");
    }
    if (url.pathname.startsWith("/api/v1/")) return prometheus(world, url, request, response);
    const path = url.pathname.replace("/api/presage/v1", "");
    if (path === "/live") return controls.live ? stream(world, url, response, streams) : problem(response, 503, "Not live.", "");
    return own(world, administration, explaining, path, url, request, response);
  };

  const attach = (middlewares: { use: (handler: (request: IncomingMessage, response: ServerResponse, next: () => void) => void) => unknown }) => {
    middlewares.use((request, response, next) => void handle(request, response, next));
  };
  return {
    name: "presage-fake-api",
    configureServer: (server) => attach(server.middlewares),
    configurePreviewServer: (server) => attach(server.middlewares),
  };
}

async function own(world: World, administration: Administration, explaining: Explaining, path: string, url: URL, request: IncomingMessage, response: ServerResponse) {
  const body = request.method === "GET" ? "" : await bodyOf(request);
  const acknowledged = /^\/alerts\/(\d+)\/acknowledge$/.exec(path);
  const metrics = /^\/hosts\/([^/]+)\/metrics$/.exec(path);
  const host = /^\/hosts\/([^/]+)$/.exec(path);
  const answer = administration.answer(request.method ?? "GET", path, url, body) ?? explaining.answer(request.method ?? "GET", path, url, body);
  if (answer !== null) return json(response, answer.body, answer.status);
  if (path === "/overview") return json(response, world.overview());
  if (path === "/hosts") return json(response, world.summaries());
  if (metrics !== null) {
    const search = (url.searchParams.get("search") ?? "").toLowerCase();
    return json(response, METRICS.filter((family) => family.name.toLowerCase().includes(search)));
  }
  if (host !== null) {
    const detail = world.detail(decodeURIComponent(host[1] ?? ""));
    if (detail !== null) detail.twins = explaining.twinsOf(detail.summary.host);
    if (detail?.anomaly) detail.anomaly = { ...detail.anomaly, label: explaining.labelOf(482) };
    if (detail !== null) detail.unusual = detail.unusual.map((metric) => ({ ...metric, label: explaining.labelOf(metric.id) }));
    return detail === null ? problem(response, 404, `No host is called "${host[1]}".`, "See the list of hosts.") : json(response, detail);
  }
  if (acknowledged !== null) return json(response, acknowledge(world, Number(acknowledged[1]), request.method === "POST"));
  return problem(response, 404, `The fake server has no ${path}.`, "Add it in test/fake.");
}

function acknowledge(world: World, id: number, on: boolean) {
  world.alerts = world.alerts.map((alert) => (alert.id !== id ? alert : {
    ...alert, state: on ? "acknowledged" : "firing", acknowledgedBy: on ? "Maria Keller" : null, acknowledgedMs: on ? Date.now() : null,
  }));
  return world.alerts.find((alert) => alert.id === id) ?? null;
}

async function prometheus(world: World, url: URL, request: IncomingMessage, response: ServerResponse) {
  const form = new URLSearchParams(request.method === "POST" ? await bodyOf(request) : url.search);
  const answer = answerRange(world, form.get("query") ?? "", Number(form.get("start")), Number(form.get("end")), Number(form.get("step")), form.get("host"));
  if (answer.error !== undefined) return json(response, { status: "error", errorType: "bad_data", error: answer.error }, 400);
  return json(response, { status: "success", data: { resultType: "matrix", result: answer.result } });
}

function stream(world: World, url: URL, response: ServerResponse, streams: Set<ServerResponse>) {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  streams.add(response);
  const hosts = url.searchParams.getAll("host");
  let first = true;
  const tick = () => {
    const changed: LiveHost[] = first ? world.summaries().map(({ host, state, unusual, lastSeenMs }) => ({ host, state, unusual, lastSeenMs })) : [];
    first = false;
    const message: LiveTick = { timeMs: Date.now(), samplesPerSecond: world.hosts.length * 1716, seriesActive: world.hosts.length * 1142, hosts: changed, alertsRevision: 1, anomaliesRevision: 0, notStoring: null };
    send(response, "tick", message);
    for (const host of hosts) {
      if (world.hosts.find((known) => known.host === host)?.state === "silent") continue;
      const vitals: LiveVitals = { host, timeMs: Date.now(), vitals: live(world.model(host), Date.now()), models: world.models(host).odd, processes: world.processes(host) };
      send(response, "vitals", vitals);
    }
  };
  send(response, "hello", { timeMs: Date.now(), version: "0.1.0" });
  tick();
  const timer = setInterval(tick, 1000);
  response.on("close", () => {
    clearInterval(timer);
    streams.delete(response);
  });
}

function send(response: ServerResponse, event: string, data: unknown) {
  response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}

function json(response: ServerResponse, data: unknown, status = 200) {
  const problem = status >= 400 && typeof data === "object" && data !== null && "detail" in data;
  response.writeHead(status, { "content-type": problem ? "application/problem+json" : "application/json" });
  response.end(status === 204 ? undefined : JSON.stringify(data));
}

function problem(response: ServerResponse, status: number, detail: string, fix: string) {
  response.writeHead(status, { "content-type": "application/problem+json" });
  response.end(JSON.stringify({ type: "about:blank", title: "Not done", status, detail, fix }));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text;
}
