import { timesAreUtc } from "../lib/time";

/** Own endpoints live below this; the Prometheus-compatible ones below /api/v1. */
export const OWN = "/api/presage/v1";

/**
 * A request that did not succeed, in words: `message` says what happened, `fix` what to do.
 * `status` 0 means that no answer came.
 */
export class ApiError extends Error {
  readonly status: number;
  readonly field: string | null;
  readonly fix: string | null;

  constructor(message: string, status: number, field: string | null = null, fix: string | null = null) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.field = field;
    this.fix = fix;
  }
}

/** Every error as a sentence, also those that are not ours. */
export function errorText(error: unknown): string {
  if (error instanceof ApiError) return error.fix === null ? error.message : `${error.message} ${error.fix}`;
  return error instanceof Error ? error.message : String(error);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** The parts of RFC 9457 problem details, and of Prometheus' error envelope, that are of use; each may be missing. */
function readProblem(body: unknown): Partial<Record<"title" | "detail" | "field" | "fix" | "error", string | undefined>> {
  if (!isRecord(body)) return {};
  const text = (name: string) => (typeof body[name] === "string" ? body[name] : undefined);
  return { title: text("title"), detail: text("detail"), field: text("field"), fix: text("fix"), error: text("error") };
}

const FALLBACK: Record<number, string> = {
  401: "You are not signed in.",
  403: "Your role does not allow this.",
  404: "The server does not know this.",
  409: "Somebody else changed this in the meantime.",
  413: "That is more than the server accepts at once.",
  429: "Too many tries. Wait a minute.",
  502: "The server cannot be reached through the proxy.",
  503: "The server is not ready yet.",
};

async function errorOf(response: Response): Promise<ApiError> {
  const text = await response.text();
  let problem: ReturnType<typeof readProblem> = {};
  if ((response.headers.get("content-type") ?? "").includes("json")) {
    try {
      problem = readProblem(JSON.parse(text));
    } catch (error) {
      return new ApiError(`The server answered ${response.status} with unreadable JSON: ${errorText(error)}`, response.status);
    }
  }
  const fallback = FALLBACK[response.status] ?? `The server answered ${response.status} ${response.statusText}.`;
  const message = problem.detail ?? problem.error ?? problem.title ?? fallback;
  return new ApiError(message, response.status, problem.field ?? null, problem.fix ?? null);
}

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Who is told when any request finds that the session has ended. */
let onSignedOut: () => void = () => undefined;
export function whenSignedOut(tell: () => void): void {
  onSignedOut = tell;
}

/** The zone whose clock times sentences shall tell: that of all times on the page. */
export function ownZone(): string {
  return timesAreUtc() ? "UTC" : Intl.DateTimeFormat().resolvedOptions().timeZone;
}

async function send(method: Method, url: string, body: BodyInit | null, type: string | null, signal?: AbortSignal) {
  const headers: Record<string, string> = { accept: "application/json", "time-zone": ownZone() };
  if (type !== null) headers["content-type"] = type;
  let response: Response;
  try {
    response = await fetch(url, { method, headers, body, signal: signal ?? null, credentials: "same-origin" });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError("The server does not answer.", 0, null, "Check that Presage runs and that the network is up.");
  }
  if (response.ok) return response;
  const failure = await errorOf(response);
  if (response.status === 401 && url !== `${OWN}/session`) onSignedOut();
  throw failure;
}

/** One JSON request to an own endpoint; `path` starts with a slash. Resolves to undefined for 204. */
export async function request<T>(method: Method, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const json = body === undefined ? null : JSON.stringify(body);
  const response = await send(method, OWN + path, json, json === null ? null : "application/json", signal);
  return response.status === 204 ? JSON.parse("null") : response.json();
}

/** A form request to a Prometheus-compatible endpoint. */
export async function promRequest<T>(path: string, form: Record<string, string>, signal?: AbortSignal): Promise<T> {
  const response = await send("POST", `/api/v1${path}`, new URLSearchParams(form), null, signal);
  return response.json();
}
