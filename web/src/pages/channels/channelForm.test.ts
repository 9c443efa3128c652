import { describe, expect, it } from "vitest";
import type { Channel } from "../../api/types";
import { addressesOf, draftOf, fieldOf, newDraft, problemsOf, requestOf, withSecurity, type ChannelDraft } from "./channelForm";

const email: ChannelDraft = { ...newDraft("email"), name: "On call", host: "mail.example.org", from: "Presage <presage@example.org>", to: "a@example.org, b@example.org" };
const webhook: ChannelDraft = { ...newDraft("webhook"), name: "Tickets", url: "https://tickets.example/api" };

describe("a channel's fields", () => {
  it("are good when they are good", () => {
    expect(problemsOf(email)).toEqual({});
    expect(problemsOf(webhook)).toEqual({});
  });

  it.each<[Partial<ChannelDraft>, string]>([
    [{ name: " " }, "name"], [{ severities: [] }, "severities"], [{ host: "" }, "host"], [{ host: "smtp://mail" }, "host"], [{ port: "70000" }, "port"], [{ port: "2 5" }, "port"],
    [{ from: "presage" }, "from"], [{ to: "" }, "to"], [{ to: "a@example.org, b" }, "to"], [{ security: "none", user: "me" }, "security"],
  ])("%j is wrong in %s", (change, field) => {
    expect(Object.keys(problemsOf({ ...email, ...change }))).toEqual([field]);
  });

  it.each<[Partial<ChannelDraft>, string]>([
    [{ url: "" }, "url"], [{ url: "tickets" }, "url"], [{ url: "ftp://a/b" }, "url"], [{ url: "https://me:secret@a/b" }, "url"], [{ headers: "nonsense" }, "headers"],
  ])("%j is wrong in %s", (change, field) => {
    expect(Object.keys(problemsOf({ ...webhook, ...change }))).toEqual([field]);
  });

  it("may send a password in the clear to this machine only", () => {
    expect(problemsOf({ ...email, security: "none", user: "me", host: "127.0.0.1" })).toEqual({});
  });
});

describe("what is sent", () => {
  it("leaves secrets out that were not typed again", () => {
    expect(requestOf(email).email).toMatchObject({ port: 587, security: "starttls", user: null, password: null, to: ["a@example.org", "b@example.org"] });
    expect(requestOf({ ...webhook, headers: "X-Team: ops\n\nAuthorization: Bearer a:b" }).webhook).toEqual({
      url: "https://tickets.example/api", secret: null, headers: { "X-Team": "ops", Authorization: "Bearer a:b" },
    });
  });

  it("comes back as it was stored", () => {
    const stored: Channel = {
      id: "7", name: "On call", kind: "email", enabled: false, severities: ["critical"], sendResolved: false, webhook: null, lastDelivery: null, problem: null,
      email: { host: "mail", port: 2525, security: "tls", user: "me", passwordSet: true, from: "a@b", to: ["c@d"], verifyCertificate: false },
    };
    const sent = requestOf(draftOf(stored));
    expect(sent).toMatchObject({ id: "7", name: "On call", enabled: false, severities: ["critical"], sendResolved: false });
    expect(sent.email).toEqual({ host: "mail", port: 2525, security: "tls", user: "me", password: null, from: "a@b", to: ["c@d"], verifyCertificate: false });
  });

  it("follows the usual port, but not over one chosen by hand", () => {
    expect(withSecurity(email, "tls").port).toBe("465");
    expect(withSecurity({ ...email, port: "2525" }, "tls").port).toBe("2525");
  });

  it("knows the field of a server's problem", () => {
    expect([fieldOf("email.to[1]"), fieldOf("webhook.url"), fieldOf("name"), fieldOf("kind"), fieldOf(null)]).toEqual(["to", "url", "name", null, null]);
    expect(addressesOf(" a@b;c@d\n, ")).toEqual(["a@b", "c@d"]);
  });
});
