/** The ingestion API over its own sockets. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { MessageLogRow } from "../../../core/operations/message_log_view.ts";
import { run, until } from "../../support/e2e_process.ts";
import type { Service } from "../../support/e2e_service.ts";
import { Sink, type SunkMessage } from "../../support/e2e_sink.ts";
import type { Stage } from "../../support/e2e_stage.ts";
import type { Scenario } from "../scenario.ts";

/** A running service with an API key. */
class Api {
  readonly service: Service;
  readonly origin: string;
  readonly key: string;
  private constructor(service: Service, origin: string, key: string) {
    this.service = service;
    this.origin = origin;
    this.key = key;
  }

  /** With a new key for the service that runs. */
  static async open(stage: Stage): Promise<Api> {
    return new Api(stage.service, `http://127.0.0.1:${stage.ports.http}`, await stage.createKey());
  }

  request(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers({ authorization: `Bearer ${this.key}` });
    for (const [name, value] of new Headers(init.headers)) headers.set(name, value);
    return fetch(`${this.origin}${path}`, { ...init, headers });
  }

  post(body: string, type = "application/json", headers: Record<string, string> = {}): Promise<Response> {
    return this.request("/api/v1/messages", { method: "POST", body, headers: { "content-type": type, ...headers } });
  }
}

const simple = { from: "a@example.org", to: ["you@example.org"], subject: "hello", text: "hello" };

/** A refusal's status, and the code of its problem document. */
async function refusal(response: Response): Promise<[number, string]> {
  assert.match(response.headers.get("content-type") ?? "", /^application\/problem\+json/);
  const problem = (await response.json()) as { status: number; code: string };
  assert.equal(problem.status, response.status);
  return [response.status, problem.code];
}

async function idOf(response: Response): Promise<string> {
  assert.equal(response.status, 202);
  const { id } = (await response.json()) as { id: string };
  assert.match(id, /^spl_[0-9a-f]{32}$/);
  assert.equal(new URL(response.headers.get("location") ?? "", "http://x").pathname, `/api/v1/messages/${id}`);
  return id;
}

/** The ids of all messages in the queue; what becomes of those before is nobody's business here. */
async function queuedIds(stage: Stage): Promise<string[]> {
  return (await stage.perform("queue.list", {})).map(({ id }) => id);
}

/** How many requests were refused by their address. */
function denialsIn(metrics: string): number {
  return Number(/^dispatch_denials_total\{source="http"\} (\d+)$/m.exec(metrics)?.[1] ?? 0);
}

/** The content as text. */
function contentOf(message: SunkMessage | undefined): string {
  assert.ok(message, "no message");
  return message.content.toString();
}

/** The ingestion API. */
export const httpApi: readonly Scenario[] = [
  {
    name: "curl posts a form with an attachment over HTTPS, and every recipient gets it without a Bcc",
    tools: ["curl"],
    isGuest: true,
    async play(stage) {
      const { key } = await Api.open(stage);
      const sink = await Sink.start();
      stage.onClose(() => sink.close());
      await stage.relayTo(sink.port);
      const fields = ["from=A <a@example.org>", "to=you@example.org, two@example.org", "cc=cc@example.org"];
      fields.push(
        "bcc=hidden@example.org",
        "subject=Grüße",
        "text=hello",
        "html=<b>hello</b>",
        "h:X-Own=yes",
        "o:tag=t1",
      );
      const form = [...fields.flatMap((field) => ["--form-string", field]), "-F", "attachment=@-;filename=note.txt"];
      const url = `https://127.0.0.1:${stage.ports.https}/api/v1/messages`;
      const command = ["curl", "-sk", "-H", `Authorization: Bearer ${key}`, ...form, url];
      const result = await run(command, { input: "attached text" });
      assert.match(result.stdout, /"id":"spl_[0-9a-f]{32}"/, result.stdout);
      const recipients = await until("all recipients", () => {
        const found = sink.messages.flatMap((message) => message.recipients);
        return found.length === 4 && found.sort();
      });
      assert.deepEqual(recipients, ["cc@example.org", "hidden@example.org", "two@example.org", "you@example.org"]);
      const content = contentOf(sink.messages[0]);
      assert.doesNotMatch(content, /hidden@|^Bcc:/im);
      assert.match(content, /^X-Own: yes\r$/m);
      assert.match(content, /filename="?note\.txt/);
      assert.match(content, new RegExp(`${Buffer.from("attached text").toString("base64")}|attached text`));
    },
  },
  {
    name: "a message/rfc822 body is relayed byte for byte after its trace header",
    isGuest: true,
    async play(stage) {
      const api = await Api.open(stage);
      const sink = await Sink.start();
      stage.onClose(() => sink.close());
      await stage.relayTo(sink.port);
      const message =
        "From: a@example.org\r\nTo: other@example.org\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\n" +
        "Message-ID: <raw@example.org>\r\nsubject:raw \r\n\r\n.dot\r\nlast\r\n";
      const path = "/api/v1/messages?from=b@example.org&to=you@example.org";
      const headers = { "content-type": "message/rfc822" };
      await idOf(await api.request(path, { method: "POST", body: message, headers }));
      await until("the message", () => sink.messages.length === 1);
      assert.deepEqual(
        [sink.messages[0]?.sender, sink.messages[0]?.recipients],
        ["b@example.org", ["you@example.org"]],
      );
      const content = contentOf(sink.messages[0]);
      assert.match(content, /^Received: /);
      assert.ok(content.endsWith(message), content);
    },
  },
  {
    name: "a key sees its own messages, one by one and newest first, and no one else's",
    isGuest: true,
    async play(stage) {
      const api = await Api.open(stage);
      const first = await idOf(await api.post(JSON.stringify(simple)));
      const second = await idOf(await api.post(JSON.stringify(simple)));
      const one = await until("the first message to be captured", async () => {
        const found = (await (await api.request(`/api/v1/messages/${first}`)).json()) as { id: string; status: string };
        return found.status !== "queued" && found.status !== "processing" && found;
      });
      assert.equal(one.id, first);
      const page = (await (await api.request("/api/v1/messages?limit=10")).json()) as Record<string, { id: string }[]>;
      const rows = Object.values(page).find(Array.isArray) ?? [];
      assert.deepEqual(
        rows.map(({ id }) => id),
        [second, first],
      );
      const other = await stage.createKey();
      const headers = { authorization: `Bearer ${other}` };
      assert.deepEqual(await refusal(await api.request(`/api/v1/messages/${first}`, { headers })), [
        404,
        "message_unknown",
      ]);
    },
  },
  {
    name: "each refusal has its status and its code",
    isGuest: true,
    async play(stage) {
      const api = await Api.open(stage);
      const idsBefore = await queuedIds(stage);
      const body = JSON.stringify(simple);
      const wrongKey = { authorization: `Bearer dsp_live_${"A".repeat(43)}` };
      assert.deepEqual(await refusal(await api.post(body, "application/json", wrongKey)), [401, "key_invalid"]);
      assert.deepEqual(await refusal(await api.post(body, "text/csv")), [415, "media_type_unsupported"]);
      assert.deepEqual(await refusal(await api.post("{")), [400, "body_malformed"]);
      assert.deepEqual(await refusal(await api.post("[".repeat(100_000))), [400, "body_too_deep"]);
      assert.deepEqual(await refusal(await api.post(JSON.stringify({ ...simple, to: ["nobody"] }))), [
        422,
        "request_invalid",
      ]);
      const injected = JSON.stringify({ ...simple, subject: "a\r\nBcc: evil@example.org" });
      assert.deepEqual(await refusal(await api.post(injected)), [422, "request_invalid"]);
      assert.deepEqual(await refusal(await api.request("/health")), [404, "route_unknown"]);
      const deletion = await api.request("/api/v1/messages", { method: "DELETE" });
      assert.match(deletion.headers.get("allow") ?? "", /POST/);
      assert.deepEqual(await refusal(deletion), [405, "method_not_allowed"]);
      const bare = await fetch(`${api.origin}/api/v1/messages`, { method: "POST", body });
      assert.deepEqual(await refusal(bare), [401, "key_missing"]);
      await stage.configure("api.max_message_bytes", 2000);
      assert.deepEqual(await refusal(await api.post(JSON.stringify({ ...simple, text: "x".repeat(5000) }))), [
        413,
        "message_too_large",
      ]);
      await stage.configure("api.allowed_cidrs", ["10.0.0.0/8"]);
      assert.deepEqual(await refusal(await api.post(body)), [403, "address_not_allowed"]);
      const denied = await until("the refusal's row", async () => {
        const { rows } = await stage.perform("log.search", { event: "denied" });
        return rows.find(({ source }) => source === "http");
      });
      assert.equal(denied.clientAddress, "127.0.0.1");
      assert.deepEqual(await queuedIds(stage), idsBefore);
    },
  },
  {
    name: "behind a trusted proxy the client's own address is let in or kept out, logged and traced",
    isGuest: true,
    async play(stage) {
      const api = await Api.open(stage);
      const send = (forwardedFor: string) =>
        api.post(JSON.stringify(simple), "application/json", { "x-forwarded-for": forwardedFor });
      await idOf(await send("203.0.113.77"));
      await stage.configure("api.trusted_proxies", ["127.0.0.1"]);
      assert.deepEqual(await refusal(await send("10.0.0.9, 203.0.113.77")), [403, "address_not_allowed"]);
      assert.deepEqual(await refusal(await send("unknown")), [403, "client_address_unclear"]);
      const id = await idOf(await send("203.0.113.77, 10.0.0.9"));
      const addressOf = (event: "queued" | "denied", found: (row: MessageLogRow) => boolean) =>
        until(`the ${event} row`, async () => {
          const { rows } = await stage.perform("log.search", { event: event });
          return rows.find(found)?.clientAddress;
        });
      assert.equal(await addressOf("queued", (row) => row.id === id), "10.0.0.9");
      assert.equal(await addressOf("denied", ({ error }) => /203\.0\.113\.77/.test(error ?? "")), "203.0.113.77");
    },
  },
  {
    name: "clients that announce large bodies and send a byte keep nobody waiting",
    tools: ["curl"],
    isGuest: true,
    async play(stage) {
      const api = await Api.open(stage);
      const dawdlers = Array.from({ length: 50 }, () => {
        const socket = connect(stage.ports.http, "127.0.0.1");
        socket.on("error", () => undefined);
        socket.write(
          `POST /api/v1/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${api.key}\r\n` +
            "Content-Type: application/json\r\nContent-Length: 26000000\r\n\r\n{",
        );
        return socket;
      });
      await until("all of them to be connected", async () => {
        const metrics = await run(["curl", "-sk", `https://127.0.0.1:${stage.ports.operator}/metrics`]);
        return /^dispatch_connections\{listener="http"\} (?:[5-9]\d|\d{3,})$/m.test(metrics.stdout);
      });
      await idOf(await api.post(JSON.stringify({ ...simple, text: "x".repeat(150_000) })));
      for (const socket of dawdlers) socket.destroy();
    },
  },
  {
    name: "a revoked key and a key over its rate are refused at once",
    isGuest: true,
    async play(stage) {
      const api = await Api.open(stage);
      const { id, key } = await stage.json<{ id: string; key: string }>("key", "create", "slow", "--rate", "2");
      const send = () => api.post(JSON.stringify(simple), "application/json", { authorization: `Bearer ${key}` });
      await idOf(await send());
      await idOf(await send());
      const limited = await send();
      assert.ok(Number(limited.headers.get("retry-after")) >= 1);
      assert.deepEqual(await refusal(limited), [429, "rate_limited"]);
      await stage.json("key", "revoke", id);
      assert.deepEqual(await refusal(await send()), [401, "key_invalid"]);
    },
  },
  {
    name: "an Idempotency-Key makes one message of two requests, also over a crash",
    async play(stage) {
      await stage.start();
      const api = await Api.open(stage);
      const send = (body: object) =>
        api.post(JSON.stringify(body), "application/json", { "idempotency-key": "order-4711" });
      const first = await send(simple);
      assert.equal(first.headers.get("idempotent-replayed"), null);
      const id = await idOf(first);
      await api.service.kill();
      await stage.start();
      const again = await send(simple);
      assert.equal(again.headers.get("idempotent-replayed"), "true");
      assert.equal(await idOf(again), id);
      assert.deepEqual(await refusal(await send({ ...simple, text: "other" })), [409, "idempotency_conflict"]);
    },
  },
  {
    name: "a body that breaks off leaves nothing behind",
    isGuest: true,
    async play(stage) {
      const { key } = await Api.open(stage);
      const idsBefore = await queuedIds(stage);
      for (const type of ["message/rfc822", "application/json", "multipart/form-data; boundary=x"]) {
        const socket = connect(stage.ports.http, "127.0.0.1");
        await once(socket, "connect");
        socket.on("error", () => undefined);
        const path = "/api/v1/messages?from=a@example.org&to=you@example.org";
        socket.write(
          `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\n` +
            `Content-Type: ${type}\r\nContent-Length: 3000000\r\n\r\nSubject: half\r\n\r\n`,
        );
        socket.write("x".repeat(1_500_000));
        await sleep(300);
        socket.destroy();
      }
      await until("the large file to go", async () => {
        return (await readdir(join(stage.dataDirectory, "spool/large"))).length === 0;
      });
      assert.deepEqual(await queuedIds(stage), idsBefore);
    },
  },
  {
    name: "the OpenAPI document describes what is there",
    isGuest: true,
    async play(stage) {
      const api = await Api.open(stage);
      const document = (await (await api.request("/api/v1/openapi.json")).json()) as {
        openapi: string;
        paths: Record<string, Record<string, unknown>>;
      };
      assert.match(document.openapi, /^3\.1/);
      assert.ok(Object.keys(document.paths).some((path) => path.endsWith("/messages/{id}")));
    },
  },
  {
    name: "health and metrics are on the operator's port alone, over HTTPS",
    tools: ["curl"],
    isGuest: true,
    async play(stage) {
      const get = (url: string) => run(["curl", "-sk", "-m", "10", "-w", "\n%{http_code}", url]);
      const health = await get(`https://127.0.0.1:${stage.ports.operator}/health`);
      assert.match(health.stdout, /"status":\s*"(?:healthy|degraded)"[\s\S]*\n200$/);
      const metrics = await get(`https://127.0.0.1:${stage.ports.operator}/metrics`);
      assert.match(metrics.stdout, /^dispatch_build_info\{/m);
      assert.match((await get(`https://127.0.0.1:${stage.ports.https}/metrics`)).stdout, /\n404$/);
      const plain = await get(`http://127.0.0.1:${stage.ports.operator}/health`);
      assert.match(plain.stdout, /\n(?:400|30[1278])$/);
      await stage.configure("api.allowed_cidrs", ["10.0.0.0/8"]);
      assert.match((await get(`http://127.0.0.1:${stage.ports.http}/api/v1/messages`)).stdout, /\n403$/);
      const counted = await get(`https://127.0.0.1:${stage.ports.operator}/metrics`);
      assert.equal(denialsIn(counted.stdout), denialsIn(metrics.stdout) + 1);
    },
  },
];
