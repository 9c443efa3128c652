// What the browser tests share: the built pages, served with generated data, in a real Chromium.
import assert from "node:assert/strict";
import { after, before, beforeEach } from "node:test";
import AxeBuilder from "@axe-core/playwright";
import { chromium } from "playwright-core";
import { preview } from "vite";

process.env.PRESAGE_FAKE = "1";
let server, browser, base;

// What the tests find must not depend on the machine. CPU_RATE=6 slows the pages down six times, TZ=Asia/Tokyo moves server and
// browser there, and CLOCK=2026-12-31T23:59:30 lets both begin at that time.
const aheadMs = process.env.CLOCK === undefined ? 0 : Date.parse(process.env.CLOCK) - Date.now();
if (aheadMs !== 0) setClock(aheadMs);

/** Lets `Date` run ahead of the clock of the machine. */
function setClock(aheadMs) {
  const Real = Date;
  globalThis.Date = class extends Real {
    constructor(...parts) {
      super(...(parts.length === 0 ? [Real.now() + aheadMs] : parts));
    }

    static now() {
      return Real.now() + aheadMs;
    }
  };
}

/** Serves the pages and starts the browser for the tests of a file; every test begins in the same world. */
export function open() {
  before(async () => {
    server = await preview({ root: new URL("..", import.meta.url).pathname, logLevel: "error", preview: { host: "127.0.0.1", port: 0 } });
    base = `http://127.0.0.1:${server.httpServer.address().port}`;
    browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });
  beforeEach(() => control({ scenario: "fleet", live: true, fail: null, held: false, role: "administrator" }));
}

/** Changes the generated world: see test/fake/plugin.ts. */
export const control = (change) => fetch(`${base}/__fake`, { method: "POST", body: JSON.stringify(change) });

/** Opens a page in a fresh context; the test fails on any script error or failed request that it did not provoke. */
export async function visit(path, run, { width = 1440, theme = "light", errors = false, zone } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: theme, reducedMotion: "reduce", ...(zone === undefined ? {} : { timezoneId: zone }) });
  // Long, because a slow machine is no fault; what is waited for comes at once where nothing is wrong.
  context.setDefaultTimeout(90_000);
  if (aheadMs !== 0) await context.addInitScript(setClock, aheadMs);
  const page = await context.newPage();
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("console", (message) => { if (message.type() === "error") wrong.push(`${message.text()} ${message.location().url}`); });
  try {
    if (process.env.CPU_RATE) await (await context.newCDPSession(page)).send("Emulation.setCPUThrottlingRate", { rate: Number(process.env.CPU_RATE) });
    await page.goto(base + path);
    await run(page);
    if (!errors) assert.deepEqual(wrong, []);
  } finally {
    await context.close();
  }
}

export const heading = (page, text) => page.getByRole("heading", { level: 1, name: text }).waitFor();
export const region = (page, name) => page.getByRole("region", { name });
export const button = (page, name) => page.getByRole("button", { name });

/** Keys that belong together, as fast as a hand types them: waiting for each would let a slow machine take them for single ones. */
export const keys = (page, ...each) => Promise.all(each.map((key) => page.keyboard.press(key)));

/** Until the page has loaded what it shows and its own letters, so that nothing moves any more. */
export async function settled(page) {
  await page.locator("main h1").waitFor();
  await page.waitForFunction(() => document.fonts.status === "loaded" && document.querySelector("[role=status][aria-label^=Loading], [role=status][aria-label^=Comparing]") === null);
}

/** Repeats a gesture of the mouse that a page which is still loading may have missed; a fifth miss is a fault. */
export async function untilTheAddressIs(page, address, gesture) {
  for (let attempt = 1; !address.test(page.url()); attempt += 1) {
    await gesture();
    try {
      await page.waitForURL(address, { timeout: 3000 * 2 ** attempt, waitUntil: "commit" });
    } catch (error) {
      if (attempt === 5) throw error;
    }
  }
}

/** No violation of WCAG 2.2 AA that a machine can find, and no page wider than its window. */
export async function assertAccessible(page) {
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).analyze();
  assert.deepEqual(violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.html.slice(0, 140)).join(" | ")}`), []);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "the page is wider than the window");
}

/** The address of the server that serves the pages. */
export const address = () => base;
