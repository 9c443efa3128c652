// Anomalies, twins, what changed, sensitivity and own models in a real Chromium against generated data; see dashboard.browser.mjs.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { button, control, heading, open, region, untilTheAddressIs, visit } from "./pages.mjs";

open();

const items = (page, panel) => region(page, panel).getByRole("listitem");

describe("changes", () => {
  it("asks what changed where one drags with Shift, and leads to the evidence", () => visit("/hosts/db-03?range=15m", async (page) => {
    const cursor = page.getByRole("slider", { name: /Time cursor of Write latency/ });
    await untilTheAddressIs(page, /\/changes\?from=\d+&to=\d+&host=db-03/, async () => {
      await cursor.scrollIntoViewIfNeeded();
      const box = await cursor.boundingBox();
      await page.keyboard.down("Shift");
      await page.mouse.move(box.x + 200, box.y + 50);
      await page.mouse.down();
      await page.mouse.move(box.x + 400, box.y + 50, { steps: 4 });
      await page.mouse.up();
      await page.keyboard.up("Shift");
    });
    await heading(page, /What changed on db-03\./);
    const rows = items(page, "Changes");
    assert.match(await rows.first().innerText(), /Write latency on sda rose from 2\.1 ms to 24\.6 ms/);
    assert.match(await rows.nth(1).innerText(), /moved first/);
    assert.match(await rows.nth(2).innerText(), /may be chance/);
    await page.getByText(/batch-07 stopped sending/).waitFor();
    await page.getByRole("link", { name: "Look on all hosts" }).click();
    await heading(page, /What changed on all hosts\./);
    await rows.first().getByRole("link").click();
    await page.waitForURL(/\/hosts\/db-03\?show=disk_write_latency/);
  }));
});

describe("evidence", () => {
  it("marks what was unusual and is over beside what runs", () => visit("/hosts/db-03", async (page) => {
    const chart = region(page, "Evidence").locator("figure").filter({ hasText: "Disk writes" });
    await chart.locator("rect[class*=barWarn], rect[class*=barCrit]").nth(1).waitFor();
  }));
});

describe("feedback", () => {
  it("says what was learned, and takes it back", () => visit("/anomalies", async (page) => {
    await heading(page, /2.hosts are unusual now\./);
    const first = items(page, "Anomalies").first();
    await first.getByText(/Last seen 6 Sep 2026, called expected/).waitFor();
    await first.getByRole("button", { name: /^Noise/ }).click();
    await first.getByText(/only when it is ten times as rare/).waitFor();
    await region(page, "What was learned").getByText(/nothing held back so far/).waitFor();
    await first.getByRole("button", { name: "Take back" }).click();
    await first.getByText("Was this worth telling?").waitFor();
  }));

  it("is given on a single vital sign of a host, and shows wherever that is listed", () => visit("/hosts/db-03", async (page) => {
    const latency = items(page, "Unusual now").filter({ hasText: "Write latency on sda is" });
    await latency.getByRole("button", { name: /^Expected/ }).click();
    await latency.getByText("You said:").waitFor();
    await latency.getByText(/The like of it is not told on db-03 any more/).waitFor();
    await region(page, "Unusual now").getByRole("link", { name: "Earlier" }).click();
    await heading(page, "db-03 is unusual now.");
    const vital = items(page, "Anomalies").filter({ hasText: "one vital sign" }).filter({ hasText: "Write latency on sda is" });
    assert.equal(await vital.count(), 0);
    await page.getByRole("switch", { name: "Show anomalies of single vital signs too" }).click();
    assert.equal(await vital.getByRole("button", { name: /^Expected/ }).getAttribute("aria-pressed"), "true");
    await vital.getByRole("button", { name: /^Expected/ }).click();
    await vital.getByText("Was this worth telling?").waitFor();
    await region(page, "What was learned").getByText(/Nothing yet/).waitFor();
  }));

  it("is shown to a viewer, who may not give it", async () => {
    await control({ role: "viewer" });
    await visit("/anomalies", async (page) => {
      const useful = page.getByRole("button", { name: /^Useful/ }).first();
      assert.equal(await useful.getAttribute("aria-disabled"), "true");
      assert.match(await useful.getAttribute("title"), /Operators say/);
    });
  });
});

describe("twins", () => {
  it("say in what a host is unlike them, and lead to the evidence", () => visit("/anomalies", async (page) => {
    await items(page, "Unlike their twins").getByText(/memory use is 91 %; its 39 twins \(role app\) have 40–46 %/).waitFor();
    await items(page, "Unlike their twins").getByRole("link", { name: "app-12" }).click();
    await page.waitForURL(/\/hosts\/app-12\?show=memory_use/);
    const twins = region(page, "Among its twins");
    await twins.getByText("41 hosts, role app").waitFor();
    await twins.getByText(/Unlike its twins\. Memory use is 91 %/).waitFor();
    await twins.getByRole("button", { name: /^Useful/ }).click();
    await twins.getByText(/The like of it is told on app-12/).waitFor();
    await twins.getByText(/and 35 more/).waitFor();
    await twins.getByRole("link", { name: "app-01" }).click();
    await heading(page, "app-01");
    await twins.getByText(/It does as they do/).waitFor();
  }));
});

describe("incidents", () => {
  it("tell what began together, in order, who was told and who looked", () => visit("/incidents", async (page) => {
    await heading(page, /4.incidents are open\./);
    const story = (host) => items(page, "Incidents").filter({ has: page.getByRole("link", { name: host, exact: true }) }).first();
    await story("db-03").getByText("nobody has acknowledged").waitFor();
    await story("db-03").getByRole("link", { name: "The host was unlike itself" }).waitFor();
    await story("db-03").getByText(/told On call \(delivered\)/).waitFor();
    await story("mq-02").getByText("Jonas Brandt acknowledged Memory nearly out").waitFor();
    await items(page, "Incidents").getByText(/^edge-09 Silent for 6.min/).waitFor();
    await page.getByLabel("How far back").selectOption("30");
    await page.getByText("And 2 over, last 30 days.").waitFor();
    await page.getByTitle(/^Critical, .* Write latency on sda/).click();
    await page.waitForURL(/days=30#open-db-03/);
    await region(page, "When and where").getByRole("link", { name: "app-12", exact: true }).click();
    await heading(page, /1.incident is open on app-12\./);
    await story("app-12").getByRole("link", { name: "It was unlike its twins" }).click();
    await page.waitForURL(/\/hosts\/app-12\?from=\d+&to=\d+/);
  }));

  it("say so when nothing happened", async () => {
    await control({ scenario: "single" });
    await visit("/incidents", async (page) => {
      await heading(page, "No incident is open.");
      await page.getByText("Nothing happened: no alert fired and no host was unlike itself.").waitFor();
    });
  });
});

describe("sensitivity", () => {
  it("of a rule is given in false alarms of a host and week", () => visit("/alerts/rules?rule=host-unusual", async (page) => {
    const editor = region(page, "Edit Host unusual");
    const rate = editor.getByLabel("False alarms of a host");
    await editor.getByText(/It would have fired 3.times/).waitFor();
    assert.match(await rate.inputValue(), /^100.a.week$/);
    await rate.fill("0");
    await editor.getByText("Give 0.001 to 100 a week.").waitFor();
    await rate.fill("0.03");
    await editor.getByText(/It would have fired twice/).waitFor();
    await button(editor, "Save rule").click();
    await editor.waitFor({ state: "detached" });
    await page.getByText("anomalies as rare as 0.03 a week").waitFor();
  }));

  it("of a rule that one makes is tried before it is made", () => visit("/alerts/rules", async (page) => {
    await button(page, "Add an anomaly rule").click();
    const editor = region(page, "New rule");
    await editor.getByText(/It would have fired 3.times/).waitFor();
    await editor.getByLabel("False alarms of a host").fill("0.03");
    await editor.getByText(/It would have fired twice/).waitFor();
    await editor.getByLabel("Name").fill("Quiet hours");
    await button(editor, "Make the rule").click();
    await editor.waitFor({ state: "detached" });
    await page.getByText("Quiet hours").waitFor();
  }));
});

describe("own models", () => {
  it("tell what they watch, what they cost and why one is set aside", () => visit("/settings?section=models", async (page) => {
    const row = (name) => page.getByRole("table", { name: "Own models" }).getByRole("row").filter({ hasText: name });
    await row("commit-latency").getByText("18 series").waitFor();
    assert.match(await row("commit-latency").innerText(), /in use since\s.*1.odd\s+3\.10.µs/s);
    await row("queue-shape").getByText("reading history").waitFor();
    await row("sessions").getByText(/expected is float32\[N, 60\]/).waitFor();
    await page.getByText("/var/lib/presage/models").waitFor();
    await page.goto(new URL("/hosts/db-03", page.url()).href);
    await region(page, "Own models").getByText(/pg_commit_seconds.* is 0\.41, expected 0\.008–0\.017/).waitFor();
    await button(region(page, "Own models"), "Show pg_commit_seconds").click();
    await page.waitForURL(/tab=metrics&metric=pg_commit_seconds/);
  }));
});
