/** The operator's app over the real access and operations, with what they rest on in memory. */
import assert from "node:assert/strict";
import type { Actor } from "../../../core/access/actor.ts";
import type { HttpConnection } from "../../../core/ingest/http_listener.ts";
import { assessHealth } from "../../../core/operations/health.ts";
import { type OperationName, openFeed, performOperation } from "../../../core/operations/operation_table.ts";
import { answers } from "../../../web/admin/answers.ts";
import { EventStreams } from "../../../web/admin/event_streams.ts";
import { operatorApp } from "../../../web/operator/app.ts";
import type { OperatorDependencies, Perform } from "../../../web/operator/dependencies.ts";
import { sampleMetrics } from "../../support/health_sample.ts";
import { type MemoryAdminAccess, openMemoryAdminAccess, setupCode } from "../../support/memory_admin_access.ts";
import { createMemoryDispatch, type MemoryDispatch } from "../../support/memory_operation_context.ts";

export const password = "correct horse battery";
export const host = "relay.example.org:8420";

export class OperatorHarness {
  readonly admin: MemoryAdminAccess;
  readonly dispatch: MemoryDispatch;
  readonly failures: unknown[] = [];
  /** Who asked for which operation, in turn. */
  readonly performed: [actor: Actor, name: string][] = [];
  readonly streams: EventStreams;
  connection: HttpConnection = {
    clientAddress: "10.0.0.7",
    tls: { version: "TLSv1.3", cipher: "TLS_AES_128_GCM_SHA256" },
  };
  /** The browser's cookie jar: name and value. */
  cookie: string | null = null;
  csrfToken: string | null = null;
  readonly #app: { fetch(request: Request, connection: HttpConnection): Response | Promise<Response> };

  private constructor(admin: MemoryAdminAccess, dispatch: MemoryDispatch, overrides: Partial<OperatorDependencies>) {
    this.admin = admin;
    this.dispatch = dispatch;
    this.streams = new EventStreams(dispatch.context.clock);
    const perform = async (actor: Actor, name: OperationName, input: unknown) => {
      this.performed.push([actor, name]);
      const output = await performOperation({ ...dispatch.context, actor, admin: admin.access }, name, input);
      assertCovered(name, output);
      return output;
    };
    const open = async (actor: Actor, name: string, input: unknown) => {
      this.performed.push([actor, name]);
      return openFeed({ ...dispatch.context, actor }, name, input);
    };
    this.#app = operatorApp({
      isProxy: () => false,
      isAllowed: () => true,
      mayMonitor: () => true,
      health: async () => assessHealth(sampleMetrics()),
      metrics: async () => sampleMetrics(),
      onFailure: (error) => void this.failures.push(error),
      access: admin.access,
      tokens: dispatch.tokenRing,
      perform: perform as Perform,
      open,
      streams: this.streams,
      version: "1.2.3",
      ...overrides,
    });
  }

  /** A service that nobody has visited. */
  static async fresh(overrides: Partial<OperatorDependencies> = {}): Promise<OperatorHarness> {
    return new OperatorHarness(await openMemoryAdminAccess(), await createMemoryDispatch(), overrides);
  }

  /** A service whose administrator is signed in. */
  static async signedIn(overrides: Partial<OperatorDependencies> = {}): Promise<OperatorHarness> {
    const harness = await OperatorHarness.fresh(overrides);
    const response = await harness.post("/api/auth/setup", { code: setupCode, password });
    if (response.status !== 200) throw new TypeError(`Cannot set up: ${await response.text()}`);
    harness.csrfToken = ((await response.json()) as { csrfToken: string }).csrfToken;
    return harness;
  }

  /** Sends a request with the cookie and the token that there are, and keeps the cookie that comes back. */
  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.cookie !== null) headers.set("cookie", this.cookie);
    if (this.csrfToken !== null && !headers.has("x-csrf-token")) headers.set("x-csrf-token", this.csrfToken);
    const request = new Request(new URL(path, `https://${host}`), { ...init, headers });
    const response = await this.#app.fetch(request, this.connection);
    const set = response.headers.get("set-cookie");
    if (set !== null) this.cookie = /Max-Age=0/.test(set) ? null : set.split(";", 1)[0]!;
    return response;
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return this.send("POST", path, JSON.stringify(body), { "content-type": "application/json", ...headers });
  }

  send(
    method: string,
    path: string,
    body: NonNullable<RequestInit["body"]>,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    // A stream needs `duplex`, which the types of no runtime know yet.
    return this.fetch(path, { method, body, headers, duplex: "half" } as RequestInit);
  }

  postForm(path: string, fields: readonly (readonly [string, string | File])[], headers: Record<string, string> = {}) {
    const form = new FormData();
    for (const [name, value] of fields) form.append(name, value);
    return this.send("POST", path, form, headers);
  }
}

/** Status and code of a problem document. */
export async function problem(response: Response): Promise<[number, string]> {
  const { code } = (await response.json()) as { code: string };
  return [response.status, code];
}

/** Every output is one that the OpenAPI document tells of, and all of it is told. */
function assertCovered(name: OperationName, output: unknown): void {
  const sent: unknown = JSON.parse(JSON.stringify(output));
  assert.deepEqual(answers[name].parse(sent), sent, name);
}
