import { describe, expect, it } from "vitest";
import type { Server } from "../../api/types";
import { stepsOf } from "./progress";

const server: Server = {
  host: "web-37", state: "learning", unusual: 0, score: null, lastSeenMs: 5, labels: {}, system: "Debian 12.7", agentVersion: "0.1.0", source: "agent", alerts: 0,
  sentence: null, firstSeenMs: 1, token: "x", samplesPerSecond: 1142,
};
const states = (...args: Parameters<typeof stepsOf>) => stepsOf(...args).map((step) => step.state).join(" ");

describe("the way of a new server", () => {
  it("goes step by step", () => {
    expect(states(undefined, [], "agent")).toBe("busy wait wait wait");
    expect(states({ hosts: [], lastUsedFrom: "10.0.0.1", lastUsedMs: 1 }, [], "agent")).toBe("done busy wait wait");
    const joined = { hosts: [{ host: "web-37", firstSeenMs: 1 }], lastUsedFrom: "10.0.0.1", lastUsedMs: 1 };
    expect(states(joined, [], "agent")).toBe("done done busy wait");
    expect(states(joined, [server], "agent")).toBe("done done done busy");
    expect(stepsOf(joined, [server], "agent")[1]?.title).toBe("web-37 is enrolled");
  });

  it("counts further hosts behind one Prometheus", () => {
    const joined = { hosts: [{ host: "web-37", firstSeenMs: 1 }, { host: "b", firstSeenMs: 2 }], lastUsedFrom: null, lastUsedMs: 1 };
    expect(stepsOf(joined, [], "Prometheus")[1]?.title.replace("\u00a0", " ")).toBe("web-37 and 1 other are enrolled");
  });
});
