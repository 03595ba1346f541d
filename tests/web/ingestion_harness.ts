/** The ingestion app over the real intake, with a spool and files in memory. */
import { DispatchError } from "../../core/error/mod.ts";
import { BodyBudget } from "../../core/ingest/body_limits.ts";
import type { HttpConnection } from "../../core/ingest/http_listener.ts";
import { SpoolingIntake } from "../../core/ingest/spooling_intake.ts";
import type { StatusPage, StatusQuery, StatusView } from "../../core/ingest/status_view.ts";
import { WholeBodies } from "../../core/ingest/whole_bodies.ts";
import type { BareNewlines } from "../../core/mail/newline_normalizer.ts";
import type { NewSpoolMessage } from "../../core/spool/entry.ts";
import type { AppendResult } from "../../core/spool/spool.ts";
import { ingestionApp } from "../../web/ingestion/app.ts";
import type { IngestionDependencies, IngestionSettings, Refusal } from "../../web/ingestion/dependencies.ts";
import { MemoryLargeFiles } from "../support/memory_large_files.ts";

export const nowMs = Date.UTC(2026, 10, 22, 11);
const path = "http://dispatch.example/api/v1/messages";

/** A small good request. */
export const simple = { from: "app@example.org", to: ["you@example.net"], subject: "hello", text: "hi" };

export class IngestionHarness {
  readonly messages: NewSpoolMessage[] = [];
  readonly files = new MemoryLargeFiles();
  readonly refusals: Refusal[] = [];
  readonly rateCalls: [string, number][] = [];
  readonly statusQueries: StatusQuery[] = [];
  /** What all bodies that are held whole share. */
  readonly budget = new BodyBudget(64 * 1024 * 1024);
  settings: IngestionSettings = { maxMessageBytes: 1_000_000, ratePerMinute: 100 };
  connection: HttpConnection = { clientAddress: "10.0.0.7", tls: null };
  freeBytes = 10_000_000_000;
  bareNewlines: BareNewlines = "normalize";
  /** The address of a trusted proxy. */
  proxy: string | null = null;
  isAllowed: boolean | ((address: string) => boolean) = true;
  /** Requests a minute that the key itself has. */
  keyRate: number | null = null;
  retryAfterSeconds = 0;
  appendError: Error | undefined;
  statusError: Error | undefined;
  /** Answers for the state of messages in place of the harness. */
  status: IngestionDependencies["status"] = {
    find: async (id, apiKeyId) => this.#status(id, apiKeyId),
    list: async (query) => this.#page(query),
  };
  #lastId = 0;
  #lastBody = 0;
  readonly #app = ingestionApp(this.#dependencies());

  fetch(url: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers({ authorization: "Bearer good" });
    for (const [name, value] of new Headers(init.headers)) headers.set(name, value);
    const request = new Request(new URL(url, path), { ...init, headers });
    return Promise.resolve(this.#app.fetch(request, this.connection));
  }

  post(body: BodyInit, type: string | null = "application/json", headers: Record<string, string> = {}, query = "") {
    const contentType: Record<string, string> = type === null ? {} : { "content-type": type };
    // A stream needs `duplex`, which the types of no runtime know yet.
    const init = { method: "POST", body, headers: { ...contentType, ...headers }, duplex: "half" };
    return this.fetch(`${path}${query}`, init);
  }

  postJson(body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return this.post(JSON.stringify(body), "application/json", headers);
  }

  postForm(fields: readonly (readonly [string, string | File])[], headers: Record<string, string> = {}) {
    const form = new FormData();
    for (const [name, value] of fields) form.append(name, value);
    return this.post(form, null, headers);
  }

  postRaw(message: BodyInit, query = "", headers: Record<string, string> = {}): Promise<Response> {
    return this.post(message, "message/rfc822", headers, query);
  }

  /** The content of the newest message as text, one character a byte. */
  get content(): string {
    const content = this.messages.at(-1)?.content;
    const decoder = new TextDecoder("latin1");
    if (content?.kind === "inline") return decoder.decode(content.bytes);
    return this.files
      .partsOf(content?.name ?? "")
      .map((bytes) => decoder.decode(bytes))
      .join("");
  }

  #dependencies(): IngestionDependencies {
    const disk = { freeBytes: () => this.freeBytes };
    return {
      intake: new SpoolingIntake({
        spool: { append: (message) => this.#append(message) },
        largeFiles: this.files,
        disk,
        clock: { nowMs: () => nowMs, after: () => () => {} },
        createMessageId: () => `spl_${(++this.#lastId).toString(16).padStart(32, "0")}`,
        settings: () => ({ serverName: "dispatch.example", maxRecipients: 5, bareNewlines: this.bareNewlines }),
      }),
      status: {
        find: (id, apiKeyId) => this.status.find(id, apiKeyId),
        list: (query) => this.status.list(query),
      },
      settings: () => this.settings,
      isProxy: (address) => address === this.proxy,
      isAllowed: (address) => (typeof this.isAllowed === "boolean" ? this.isAllowed : this.isAllowed(address)),
      authenticate: (authorization) => {
        if (authorization === "Bearer good") return { id: "key_1", ratePerMinute: this.keyRate };
        throw new DispatchError("key_invalid", {});
      },
      takeRequest: (id, perMinute) => {
        this.rateCalls.push([id, perMinute]);
        return { allowed: this.retryAfterSeconds === 0, retryAfterSeconds: this.retryAfterSeconds };
      },
      bodies: new WholeBodies({
        files: this.files,
        disk,
        budget: this.budget,
        createFileName: () => `body_${++this.#lastBody}.eml`,
      }),
      crypto,
      nowMs: () => nowMs,
      newMessageId: () => "made@dispatch.example",
      onRefusal: (refusal) => this.refusals.push(refusal),
      version: "1.2.3",
    };
  }

  async #append(message: NewSpoolMessage): Promise<AppendResult> {
    if (this.appendError !== undefined) throw this.appendError;
    const { idempotency } = message;
    const earlier = this.messages.find(
      (other) =>
        idempotency !== undefined &&
        other.idempotency?.key === idempotency.key &&
        other.idempotency.scope === idempotency.scope,
    );
    if (earlier === undefined) {
      this.messages.push(message);
      return { kind: "stored" };
    }
    const isSame = earlier.idempotency?.bodyDigest === idempotency?.bodyDigest;
    return isSame ? { kind: "replayed", id: earlier.id } : { kind: "conflict" };
  }

  #status(id: string, apiKeyId: string): StatusView {
    if (this.statusError !== undefined) throw this.statusError;
    if (apiKeyId !== "key_1") throw new DispatchError("message_unknown", { id });
    const time = new Date(nowMs).toISOString();
    const unknown = { relay: null, provider: null, providerMessageId: null, lastError: null };
    return {
      id,
      status: "queued",
      sender: "",
      subject: "",
      acceptedAt: time,
      updatedAt: null,
      attempts: 0,
      ...unknown,
    };
  }

  #page(query: StatusQuery): StatusPage {
    this.statusQueries.push(query);
    return { items: [], next: null };
  }
}

/** A refusal's status and the code of its problem document. */
export async function refusal(response: Response): Promise<[number, string]> {
  const { code } = (await response.json()) as { code: string };
  return [response.status, code];
}
