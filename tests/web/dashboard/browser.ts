/** A visitor of the dashboard without a browser: keeps the cookie, reads forms from pages, sends them as browsers do. */
import assert from "node:assert/strict";
import type { DispatchError } from "../../../core/error/mod.ts";
import { openFeed, performOperation } from "../../../core/operations/operation_table.ts";
import { EventStreams } from "../../../web/admin/event_streams.ts";
import { operatorApp } from "../../../web/operator/app.ts";
import type { Perform } from "../../../web/operator/dependencies.ts";
import { sampleMetrics } from "../../support/health_sample.ts";
import { type MemoryAdminAccess, openMemoryAdminAccess, setupCode } from "../../support/memory_admin_access.ts";
import { createMemoryDispatch, type MemoryDispatch } from "../../support/memory_operation_context.ts";

export const origin = "https://dispatch.example:8420";
export const address = "10.0.0.7";
export const password = "correct horse battery";
const connection = { clientAddress: address, tls: { version: "TLSv1.3", cipher: "TLS_AES_128_GCM_SHA256" } };

/** See the file's first line. */
export class Browser {
  readonly admin: MemoryAdminAccess;
  readonly dispatch: MemoryDispatch;
  /** What was reported, in turn. */
  readonly failures: unknown[] = [];
  readonly #app: ReturnType<typeof operatorApp>;
  #cookie: string | null = null;

  private constructor(admin: MemoryAdminAccess, dispatch: MemoryDispatch) {
    this.admin = admin;
    this.dispatch = dispatch;
    const perform = ((actor, name, input) => performOperation({ ...dispatch.context, actor }, name, input)) as Perform;
    this.#app = operatorApp({
      isProxy: () => false,
      isAllowed: () => true,
      mayMonitor: () => true,
      health: () => dispatch.context.health(),
      metrics: async () => sampleMetrics(),
      onFailure: (error) => this.failures.push(error),
      access: admin.access,
      tokens: dispatch.tokenRing,
      perform,
      open: (actor, name, input) => openFeed({ ...dispatch.context, actor }, name, input),
      streams: new EventStreams(dispatch.context.clock),
      version: "1.2.3",
    });
  }

  /** Comes to a dashboard that nobody has visited. */
  static async open(): Promise<Browser> {
    return new Browser(await openMemoryAdminAccess(), await createMemoryDispatch());
  }

  /** Comes to a dashboard and is signed in. */
  static async signedIn(): Promise<Browser> {
    const browser = await Browser.open();
    const response = await browser.post("/setup", { code: setupCode, password, repeated: password });
    assert.equal(response.status, 303);
    return browser;
  }

  get cookie(): string | null {
    return this.#cookie;
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.#send(path, { headers });
  }

  /** Sends a form's fields as they are, from our own page. */
  post(
    path: string,
    fields: Record<string, string> | FormData,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return this.postBody(path, fields instanceof FormData ? fields : new URLSearchParams(fields), headers);
  }

  /** Sends any body as if it were a form of our own page. */
  postBody(path: string, body: BodyInit, headers: Record<string, string> = {}): Promise<Response> {
    return this.#send(path, { method: "POST", body, headers: { origin, "sec-fetch-site": "same-origin", ...headers } });
  }

  /** Loads `page`, and sends the form with this action with its hidden fields and `fields`. */
  async submit(page: string, action: string, fields: Record<string, string | File> = {}): Promise<Response> {
    const text = await (await this.get(page)).text();
    const form = readHiddenFields(text, action);
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    return this.post(action, form);
  }

  async #send(path: string, init: RequestInit): Promise<Response> {
    const request = new Request(new URL(path, origin), { redirect: "manual", ...init });
    if (this.#cookie !== null) request.headers.set("cookie", this.#cookie);
    const response = await this.#app.fetch(request, connection);
    const set = response.headers.get("set-cookie");
    if (set !== null) this.#cookie = /Max-Age=0/i.test(set) ? null : set.split(";", 1)[0]!;
    return response;
  }

  /** Codes of the errors that were reported. */
  get codes(): string[] {
    return this.failures.map((error) => (error as DispatchError).code);
  }
}

/** The hidden fields of the form that is sent to `action`. */
function readHiddenFields(page: string, action: string): FormData {
  const form = new RegExp(`<form[^>]*action="${action}"[\\s\\S]*?</form>`).exec(page)?.[0];
  assert.ok(form, `the page has no form for ${action}`);
  const data = new FormData();
  for (const [, name, value] of form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)) {
    data.append(name!, value!);
  }
  return data;
}

/** The text of a page, without its tags. */
export function textOf(page: string): string {
  return page
    .replace(/<[^>]*>/g, " ")
    .replaceAll("&#39;", "'")
    .replaceAll("&quot;", '"')
    .replace(/\s+/g, " ");
}
