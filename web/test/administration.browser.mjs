// Set-up, sign-in, alerts, rules, channels, servers and settings in a real Chromium against generated data; see dashboard.browser.mjs.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { address, assertAccessible, button, control, heading, open, settled, visit } from "./pages.mjs";

open();

describe("first visit", () => {
  it("creates the administrator, with errors in place", async () => {
    await control({ scenario: "setup" });
    await visit("/setup?token=good", async (page) => {
      await heading(page, "Create the administrator");
      await button(page, "Create administrator").click();
      await page.getByText("Give a name, for example your first name.").waitFor();
      await page.getByLabel("Name").fill("maria");
      await page.getByLabel("Password", { exact: true }).fill("correct horse battery");
      await page.getByLabel("Repeat password").fill("correct horse");
      await page.getByText("The two passwords differ.").waitFor();
      await page.getByLabel("Repeat password").fill("correct horse battery");
      await button(page, "Create administrator").click();
      await button(page, "maria, administrator").waitFor();
    });
  });

  it("explains a link that does not work, and the way out", async () => {
    await control({ scenario: "setup" });
    await visit("/", async (page) => {
      await heading(page, "This link does not set up the server");
      await page.getByText("./run.sh setup-link").waitFor();
    });
  });

  it("signs in, says what is wrong, and returns to where one came from", async () => {
    await control({ scenario: "signedOut" });
    await visit("/alerts?tab=firing", async (page) => {
      await page.waitForURL(/sign-in\?next=/);
      await page.getByLabel("Name").fill("maria");
      await page.getByLabel("Password").fill("wrong");
      await button(page, "Sign in").click();
      await page.getByText("Name or password is wrong.").waitFor();
      await page.getByLabel("Password").fill("correct horse battery");
      await button(page, "Sign in").click();
      await page.waitForURL(/\/alerts\?tab=firing/);
    }, { errors: true });
  });
});

describe("alerts", () => {
  it("acknowledges from the keyboard and takes it back", () => visit("/alerts", async (page) => {
    await heading(page, /4.alerts fire\. 1 more will within/);
    await page.keyboard.press("j");
    await page.keyboard.press("a");
    await page.getByText("db-03: Disk writes slow acknowledged until it ends.").waitFor();
    await button(page, "Acknowledged 2").waitFor();
    await button(page, "Undo").click();
    await button(page, "Acknowledged 1").waitFor();
  }));

  it("silences what is selected, says what that covers, and ends it", () => visit("/alerts", async (page) => {
    await page.getByLabel("Select db-03: Disk writes slow").check();
    await page.getByLabel("Select db-03: Load high").check();
    await page.keyboard.press("Escape");
    await page.getByLabel("Select db-03: Disk writes slow").check();
    await page.getByRole("region", { name: "Selection" }).getByRole("button", { name: "Silence" }).click();
    const form = page.getByRole("dialog", { name: "Silence db-03" });
    assert.match(await form.getByLabel("What it covers").inputValue(), /alertname="Disk writes slow", host="db-03"/);
    await form.getByText(/Holds back 1.alert now\. In the last 30 days it would have held back 3, 1 of them critical\./).waitFor();
    await form.getByLabel("What it covers").fill("host=");
    await form.getByText(/host has no value/).waitFor();
    await form.getByRole("button", { name: /1.hour/ }).click();
    await form.getByLabel("What it covers").fill('host="db-03"');
    await form.getByRole("button", { name: /1.hour/ }).click();
    await page.getByText(/2.alerts silenced until/).waitFor();
    await button(page, "Silenced 2").click();
    await page.waitForURL(/tab=silenced/);
    const panel = page.getByRole("region", { name: "Silenced" });
    await panel.getByRole("listitem").filter({ hasText: 'host="db-03"' }).getByRole("button", { name: "End" }).click();
    await button(page, "Silenced 0").waitFor();
  }));

  it("filters, shows who was told, and proves that somebody looked when nothing fires", () => visit("/alerts?q=sda", async (page) => {
    await button(page, "Disk writes slow: history and details").click();
    await page.waitForURL(/alert=482/);
    await page.getByText("250 2.0.0 Ok").waitFor();
    await control({ scenario: "single" });
    await page.goto(`${address()}/alerts`);
    await page.getByText(/Nothing fires\. 8.rules have looked .*times each; the last look was/).waitFor();
  }));

  it("says why a viewer may not act", async () => {
    await control({ role: "viewer" });
    await visit("/alerts", async (page) => {
      const first = page.getByRole("button", { name: "Acknowledge", exact: true }).first();
      await first.waitFor();
      assert.equal(await first.getAttribute("aria-disabled"), "true");
      assert.match(await first.getAttribute("title"), /viewer, may look/);
    });
  });
});

describe("rules", () => {
  it("makes a rule for anomalies of some hosts and families, and deletes it", () => visit("/alerts/rules", async (page) => {
    await page.getByRole("button", { name: "Add an anomaly rule" }).click();
    const form = page.getByRole("region", { name: "New rule" });
    await form.getByLabel("Name").fill("Database disks");
    await form.getByLabel("Hosts").fill("db.*");
    await form.getByLabel("Disks").check();
    await form.getByLabel("False alarms of a host").fill("0.03");
    await form.getByRole("button", { name: "Make the rule" }).click();
    const row = page.getByRole("list", { name: "Rules" }).getByRole("listitem").filter({ hasText: "Database disks" });
    await row.getByText("behaves unlike usual in disks, on hosts db.* only").waitFor();
    await row.getByText(/as rare as 0\.03.a.week/).waitFor();
    await heading(page, /7.rules watch every host, 1 watches some hosts\. 1 is off/);
    await row.getByRole("button", { name: "Edit" }).click();
    await page.getByRole("region", { name: "Edit Database disks" }).getByRole("button", { name: "Delete rule" }).click();
    await row.waitFor({ state: "detached" });
  }));

  it("changes a threshold with what it would have done, and back", () => visit("/alerts/rules?rule=cpu-saturated", async (page) => {
    const editor = page.getByRole("region", { name: "Edit CPU saturated" });
    await editor.getByText(/It would (not )?have fired/).waitFor();
    await editor.getByLabel("Threshold").fill("120 %");
    await editor.getByText("Give more than 0 % and at most 100 %.").waitFor();
    await editor.getByLabel("Threshold").fill("2 %");
    await editor.getByLabel("For").fill("0 s");
    await editor.getByText(/It would have fired .* in total\./).waitFor();
    await editor.getByLabel("Severity").selectOption("critical");
    await editor.getByRole("button", { name: "Save rule" }).click();
    await editor.waitFor({ state: "detached" });
    await page.getByText("above 2 %, at once").waitFor();
    await page.getByRole("switch", { name: "CPU saturated enabled" }).click();
    await heading(page, /6.rules watch every host\. 2 are off/);
  }));
});

describe("channels", () => {
  it("tests before saving, saves, and deletes by name", () => visit("/alerts/channels", async (page) => {
    await button(page, "Add a channel").click();
    const dialog = page.getByRole("dialog", { name: "Add a channel" });
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByText("Give at least one address.").waitFor();
    await dialog.getByLabel("Name").fill("Night shift");
    await dialog.getByLabel("SMTP server").fill("nowhere.example");
    await dialog.getByLabel("From").fill("presage@example.org");
    await dialog.getByLabel("To").fill("night@example.org");
    await dialog.getByRole("button", { name: "Send a test" }).click();
    await dialog.getByText("Name or service not known (nowhere.example:587)").waitFor();
    await dialog.getByLabel("SMTP server").fill("mail.example.org");
    await dialog.getByLabel("Security").selectOption("tls");
    assert.equal(await dialog.getByLabel("Port").inputValue(), "465");
    await dialog.getByRole("button", { name: "Send a test" }).click();
    await dialog.getByText("250 2.0.0 Ok: queued as 4F2B81").first().waitFor();
    await dialog.getByRole("button", { name: "Save" }).click();
    const row = page.getByRole("list", { name: "Channels" }).getByRole("listitem").filter({ hasText: "Night shift" });
    await row.getByRole("button", { name: "Edit" }).click();
    const edit = page.getByRole("dialog", { name: "Night shift" });
    await edit.getByRole("button", { name: "Delete channel…" }).click();
    await edit.getByLabel("Type Night shift to confirm").fill("Night shift");
    await edit.getByRole("button", { name: "Delete channel" }).click();
    await row.waitFor({ state: "detached" });
  }));

  it("tries a failed message again", () => visit("/alerts/channels", async (page) => {
    const log = page.getByRole("list", { name: "Deliveries" });
    const failed = log.getByRole("listitem").filter({ hasText: "Not delivered." });
    await failed.getByRole("button", { name: "Try again" }).click();
    await failed.waitFor({ state: "detached" });
  }));
});

describe("servers", () => {
  it("shows the line to run and watches the server arrive", () => visit("/servers?add=linux", async (page) => {
    const dialog = page.getByRole("dialog", { name: "Add a server" });
    await dialog.getByLabel("Command that installs the agent", { exact: true }).getByText(/install\.sh \| sudo sh -s -- --token/).waitFor();
    await dialog.getByText("Waiting for the agent").waitFor();
    await control({ joined: true });
    await dialog.getByText("web-37 is enrolled").waitFor();
    await dialog.getByRole("link", { name: "Prometheus" }).click();
    await dialog.getByLabel("Configuration for Prometheus", { exact: true }).getByText(/remote_write:/).waitFor();
  }));

  it("forgets a silent host", () => visit("/servers?q=edge-09", async (page) => {
    await button(page, "Forget edge-09").click();
    await page.getByRole("dialog", { name: "Forget edge-09?" }).getByRole("button", { name: "Keep it" }).click();
  }));
});

describe("settings", () => {
  it("adds a person, makes a token that is shown once, and switches single keys off", () => visit("/settings", async (page) => {
    await page.getByLabel("Name").fill("petra");
    await page.getByLabel("First password").fill("correct horse battery");
    await button(page, "Add person").click();
    await button(page, "Change petra").waitFor();
    await page.getByRole("link", { name: "Tokens" }).click();
    await page.getByLabel("Name").fill("Wall");
    await button(page, "Make token").click();
    await page.getByLabel("Token", { exact: true }).getByText("pa_9fK2mQ7xVb3LrT8wYcN4").waitFor();
    await page.getByRole("link", { name: "This browser" }).click();
    await page.getByRole("switch", { name: "Single-key shortcuts" }).click();
    await page.keyboard.press("?");
    assert.equal(await page.getByRole("dialog").count(), 0);
  }));

  it("names the host and label that exploded, and makes a snapshot", () => visit("/settings?section=storage", async (page) => {
    await page.getByText(/Its label request got 17\.2.k new values/).waitFor();
    await page.getByRole("group", { name: "Count by" }).getByText("Hosts").click();
    await page.getByRole("table", { name: "Series by name" }).getByText(/\+17\.3.k/).waitFor();
    await button(page, "Make a snapshot").click();
    await page.getByText("/var/lib/presage/snapshots/20261119T144000Z").waitFor();
    await button(page, "Delete 20261119T144000Z").click();
    await button(page, "Delete snapshot…").click();
    await page.getByLabel("Type 20261119T144000Z to confirm").fill("20261119T144000Z");
    await button(page, "Delete snapshot").click();
    await page.getByText("There is none. Making one").waitFor();
  }));

  it("tells an operator why people are not shown", async () => {
    await control({ role: "operator" });
    await visit("/settings?section=people", (page) => page.getByText("Your role, operator, does not show this. Ask an administrator.").waitFor());
  });
});

describe("accessibility", () => {
  const pages = {
    alerts: "/alerts", "an alert": "/alerts?alert=482", history: "/alerts?tab=history", rules: "/alerts/rules?rule=cpu-saturated", channels: "/alerts/channels",
    "a channel": "/alerts/channels?add=email", servers: "/servers?q=db", "add a server": "/servers?add=linux", people: "/settings?section=people", tokens: "/settings?section=tokens",
    storage: "/settings?section=storage", models: "/settings?section=models", audit: "/settings?section=audit", browser: "/settings?section=browser", about: "/settings?section=about",
  };
  for (const [name, path] of Object.entries(pages)) {
    for (const look of [{ theme: "light" }, { theme: "dark", width: 390 }]) {
      it(`${name}, ${look.theme}, ${look.width ?? 1440} px has no axe violation and does not scroll sideways`, () => visit(path, async (page) => {
        await settled(page);
        await assertAccessible(page);
      }, look));
    }
  }
});
