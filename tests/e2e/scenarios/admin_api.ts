/** The admin API, as a program with a token meets it. */
import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { text } from "node:stream/consumers";
import { until } from "../../support/e2e_process.ts";
import type { Stage } from "../../support/e2e_stage.ts";
import { type DocumentedOperation, readOperations } from "../../support/openapi_document.ts";
import { judgeResponse } from "../../support/openapi_judge.ts";
import type { Scenario } from "../scenario.ts";

/** Headers of the operator's port, and of HTTP/1.1. */
const everywhere = [
  "connection",
  "content-security-policy",
  "cross-origin-opener-policy",
  "cross-origin-resource-policy",
  "date",
  "keep-alive",
  "referrer-policy",
  "transfer-encoding",
  "x-content-type-options",
];

/** A program that has a token of the scope `all`, for as long as the stage is open. */
class Program {
  readonly id: string;
  readonly #stage: Stage;
  readonly #token: string;

  private constructor(stage: Stage, { id, token }: { readonly id: string; readonly token: string }) {
    this.#stage = stage;
    this.id = id;
    this.#token = token;
  }

  static async open(stage: Stage): Promise<Program> {
    const name = crypto.randomUUID();
    const program = new Program(stage, await stage.perform("admin.token.create", { name, scope: "all" }));
    stage.onClose(() => stage.perform("admin.token.revoke", { id: program.id }));
    return program;
  }

  async ask(method: string, path: string, body?: unknown): Promise<IncomingMessage> {
    const sent = request({
      host: "127.0.0.1",
      port: this.#stage.ports.operator,
      method,
      path,
      agent: false,
      rejectUnauthorized: false,
      headers: { authorization: `Bearer ${this.#token}`, "content-type": "application/json" },
    });
    sent.end(body === undefined ? undefined : JSON.stringify(body));
    const [answer] = (await once(sent, "response")) as [IncomingMessage];
    return answer;
  }

  async json<T>(method: string, path: string, body?: unknown): Promise<T> {
    return JSON.parse(await text(await this.ask(method, path, body))) as T;
  }

  /** Asks for what `operation` describes, and holds the answer against it. */
  async judge(operation: DocumentedOperation, path: string): Promise<void> {
    const answer = await this.ask(operation.method, path);
    const headers = Object.entries(answer.headers).map(([name, value]) => [name, `${value}`] as [string, string]);
    const response = new Response(await text(answer), { status: answer.statusCode ?? 0, headers });
    assert.equal((await judgeResponse(operation, response, everywhere)).status, 200, path);
  }
}

/** A message with an attachment that the local inbox has captured. */
async function capture(stage: Stage, program: Program): Promise<string> {
  const message = {
    from: "a@example.org",
    to: ["b@example.org"],
    attachments: [{ filename: "a.txt", content: "YQ==" }],
  };
  const handedIn = await fetch(`http://127.0.0.1:${stage.ports.http}/api/v1/messages`, {
    method: "POST",
    headers: { authorization: `Bearer ${await stage.createKey()}`, "content-type": "application/json" },
    body: JSON.stringify(message),
  });
  const { id } = (await handedIn.json()) as { id: string };
  await until("the message to be captured", async () => {
    return (await program.json<{ state: string }>("GET", `/api/queue/${id}`)).state === "captured";
  });
  return id;
}

/** See the file's first line. */
export const adminApi: readonly Scenario[] = [
  {
    name: "the admin API answers a token as its document says",
    isGuest: true,
    async play(stage) {
      const program = await Program.open(stage);
      const id = await capture(stage, program);
      const operations = readOperations(await program.json("GET", "/api/openapi.json"));
      const inPath = { id, index: "0", key: "listener.ports", name: "local" };
      const looks = operations.filter(({ method, operationId }) => method === "GET" && operationId !== "log.tail");
      assert.ok(looks.length > 15);
      for (const operation of looks) {
        const path = operation.path.replaceAll(/\{(\w+)\}/g, (_whole, name) => inPath[name as keyof typeof inPath]);
        await program.judge(operation, path);
      }
    },
  },
  {
    name: "a stream of events brings each row of the message log, until its token is revoked",
    isGuest: true,
    async play(stage) {
      const program = await Program.open(stage);
      const answer = await program.ask("GET", "/api/events");
      assert.equal(answer.headers["content-type"], "text/event-stream");
      let read = "";
      answer.setEncoding("utf8").on("data", (piece: string) => {
        read += piece;
      });
      const ended = once(answer, "end");
      const first = await capture(stage, program);
      await until("the event", () => read.includes(first));
      await stage.json("admin", "token", "revoke", program.id);
      const { id } = await stage.perform("message.send", { from: "a@example.org", to: ["b@example.org"] });
      await ended;
      assert.ok(!read.includes(id), "a row went out after the token was revoked");
    },
  },
];
