import { expect, it } from "vitest";
import { metricQuery, metricUnit, seriesNames } from "./metrics";

const counter = { name: "node_network_receive_bytes_total", type: null, unit: null, family: "network" };

it("draws counters as rates over a window that fits the source", () => {
  expect(metricQuery(counter, 1000, "local")).toBe("rate(node_network_receive_bytes_total[10s])");
  expect(metricQuery(counter, 1000, "prometheus")).toBe("rate(node_network_receive_bytes_total[240s])");
  expect(metricQuery(counter, 600_000, "agent")).toBe("rate(node_network_receive_bytes_total[1200s])");
  expect(metricQuery({ ...counter, name: "node_load1" }, 1000, "local")).toBe("node_load1");
});

it("knows the unit of a rate", () => {
  expect(metricUnit(counter)).toBe("bits/s");
  expect(metricUnit({ ...counter, name: "node_disk_written_bytes_total" })).toBe("bytes/s");
  expect(metricUnit({ ...counter, name: "node_cpu_seconds_total" })).toBe("ratio");
  expect(metricUnit({ ...counter, name: "node_context_switches_total" })).toBe("1/s");
  expect(metricUnit({ ...counter, name: "node_memory_MemFree_bytes" })).toBe("bytes");
});

it("names series by what differs", () => {
  expect(seriesNames([{ __name__: "x", instance: "a", device: "sda" }, { __name__: "x", instance: "a", device: "sdb" }])).toEqual(["sda", "sdb"]);
  expect(seriesNames([{ cpu: "0", mode: "idle" }, { cpu: "1", mode: "user" }])).toEqual(["cpu 0, mode idle", "cpu 1, mode user"]);
  expect(seriesNames([{ __name__: "node_load1", instance: "a" }])).toEqual(["node_load1"]);
});
