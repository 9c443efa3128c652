import { expect, it } from "vitest";
import { capacityText, familyOrder, splitVitalKey, vitalKey, vitalSelector, vitalTitle } from "./vitals";

it("writes one key per vital sign, whatever the order of its labels", () => {
  expect(vitalKey("cpu_use", {})).toBe("cpu_use");
  expect(vitalKey("x", { b: "2", a: "1" })).toBe('x{a="1",b="2"}');
  expect(vitalKey("filesystem_use", { mountpoint: 'C:\\"odd"' })).toBe('filesystem_use{mountpoint="C:\\\\\\"odd\\""}');
});

it("asks for exactly one stored series", () => {
  expect(vitalSelector("presage_vital_upper", "db-03", "disk_busy", { device: "sda" }))
    .toBe('presage_vital_upper{host="db-03",vital="disk_busy",device="sda"}');
});

it("names what a value is of", () => {
  expect(vitalTitle({ name: "Write latency", per: { device: "sda" } })).toBe("Write latency, sda");
  expect(capacityText({ vital: "load", capacity: 16 })).toBe("on 16\u00a0cores");
  expect(capacityText({ vital: "memory_use", capacity: 64 * 1024 ** 3 })).toBe("of 64\u00a0GiB");
});

it("keeps known families in the order of the questions", () => {
  expect(["zfs", "network", "apache", "cpu"].sort(familyOrder)).toEqual(["cpu", "network", "apache", "zfs"]);
});

it("takes a key apart as it put it together", () => {
  const labels: Record<string, string>[] = [{}, { mountpoint: "/" }, { device: "sd a", mountpoint: 'C:\\"x"' }];
  for (const per of labels) {
    expect(splitVitalKey(vitalKey("disk_busy", per))).toEqual({ vital: "disk_busy", per });
  }
});
