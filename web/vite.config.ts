import react from "@vitejs/plugin-react";
import { runnerImport, type Plugin } from "vite";
import { defineConfig } from "vitest/config";

// PRESAGE_URL: the server that `npm run dev` talks to. PRESAGE_FAKE=1: generated data instead of a server; never part of the build.
const server = process.env["PRESAGE_URL"] ?? "http://127.0.0.1:9440";
const fake = process.env["PRESAGE_FAKE"] === "1";
const proxy = fake ? {} : Object.fromEntries(["/api", "/install.sh", "/download", "/-"].map((path) => [path, server]));

async function fakeServer(): Promise<Plugin> {
  const { module } = await runnerImport<{ fakeApi: () => Plugin }>("./test/fake/plugin.ts");
  return module.fakeApi();
}

export default defineConfig({
  plugins: [react(), fake ? fakeServer() : null],
  server: { host: "127.0.0.1", proxy },
  preview: { host: "127.0.0.1", proxy },
  build: { target: "es2022", sourcemap: false, assetsInlineLimit: 0, cssCodeSplit: false },
  css: { modules: { localsConvention: "camelCaseOnly" } },
  test: {
    include: ["src/**/*.test.{ts,tsx}"],
    env: { TZ: "Europe/Berlin" },
    css: { include: [], modules: { classNameStrategy: "non-scoped" } },
  },
});
