/** A fake of a provider's HTTP API: it holds requests to what is documented, and answers as it is told. */
import assert from "node:assert/strict";

/** What the API makes of one request. */
export interface FakeDelivery {
  /** Whom it sends to. */
  readonly recipients: readonly string[];
  /** The reverse-path, where the API takes one. */
  readonly sender: string | null;
  /** The message, where the API takes it whole. */
  readonly mime?: Uint8Array;
  /** The request as the API understands it, for what only this provider's test asks. */
  readonly parsed?: unknown;
}

/** An answer that the documentation has. */
export type DocumentedAnswer =
  | "success"
  | "throttled"
  | "temporary"
  | "permanent"
  | "bad_credentials"
  /** 2xx, and the message was not taken. */
  | "error_inside";

/** What any server may do. */
export type FakeTrouble =
  /** 200 with the page of somebody on the way. */
  | "malformed"
  /** 200 with nothing. */
  | "empty"
  | "redirect"
  /** No answer, ever. */
  | "hang"
  /** Headers, then nothing. */
  | "hang_in_body"
  | "closed"
  | "closed_in_body"
  /** A refusal with all that the request held, credentials included. */
  | "echo";

/** One provider's API, from its documentation. */
export interface FakeApi {
  /**
   * Reads a request that carries a message. Asserts method, address, authentication, content type and body: what it
   * throws fails the test.
   */
  receive(request: Request): Promise<FakeDelivery>;
  /** The answers, each made anew; `error_inside` only where the API has such. */
  readonly answers: Readonly<
    Record<Exclude<DocumentedAnswer, "error_inside">, (delivery: FakeDelivery) => Response> & {
      error_inside?: (delivery: FakeDelivery) => Response;
    }
  >;
  /** Answers a request on the way to that one, as for an access token; `null` for any other. Default: there are none. */
  readonly detour?: (request: Request) => Promise<Response | null>;
}

/** Where `redirect` points to. */
export const redirectTarget = "https://elsewhere.example/steal";

/** A server with that API. */
export class ProviderFake {
  readonly #api: FakeApi;
  readonly #script: (DocumentedAnswer | FakeTrouble)[];
  #failure: unknown;
  #asked: () => void = () => {};
  /** What arrived, in order. */
  readonly deliveries: FakeDelivery[] = [];
  /** The headers of those requests. */
  readonly headers: Headers[] = [];
  /** Resolves once it is asked for the first time. */
  readonly wasAsked: Promise<void> = new Promise((resolve) => {
    this.#asked = resolve;
  });

  /** @param script the answers in turn; the last one repeats */
  constructor(api: FakeApi, script: readonly (DocumentedAnswer | FakeTrouble)[]) {
    this.#api = api;
    this.#script = [...script];
  }

  /** Takes the place of the runtime's `fetch`. */
  readonly fetch = async (request: Request): Promise<Response> => {
    const copy = request.clone();
    const delivery = await this.#read(request);
    if (delivery instanceof Response) return delivery;
    this.deliveries.push(delivery);
    this.headers.push(request.headers);
    this.#asked();
    const mood = (this.#script.length > 1 ? this.#script.shift() : this.#script[0]) ?? "success";
    return isTrouble(mood) ? await trouble[mood](copy) : this.#answer(mood, delivery);
  };

  /** Throws what was wrong with a request. */
  verify(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** The transport takes what is thrown for a network error; the test is told by `verify`. */
  async #read(request: Request): Promise<FakeDelivery | Response> {
    try {
      assert.equal(request.redirect, "manual", "no redirect is followed");
      return (await this.#api.detour?.(request.clone())) ?? (await this.#api.receive(request));
    } catch (error) {
      this.#failure ??= error;
      // Who waits to be told of a request would wait for ever.
      this.#asked();
      throw error;
    }
  }

  #answer(mood: DocumentedAnswer, delivery: FakeDelivery): Response {
    const answer = this.#api.answers[mood];
    if (answer === undefined) throw new TypeError(`the fake has no answer ${mood}`);
    return answer(delivery);
  }
}

/** A response of JSON. */
export function jsonResponse(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } });
}

function isTrouble(mood: string): mood is FakeTrouble {
  return mood in trouble;
}

const trouble: Record<FakeTrouble, (request: Request) => Promise<Response>> = {
  malformed: async () => new Response("<html>Please sign in to this network</html>", { status: 200 }),
  empty: async () => new Response(null, { status: 200 }),
  redirect: async () => new Response(null, { status: 307, headers: { location: redirectTarget } }),
  hang: () => new Promise(() => {}),
  hang_in_body: async () => new Response(new ReadableStream(), { status: 200 }),
  // As in Node: what happened stands in the cause.
  closed: () => Promise.resolve().then(failedFetch),
  closed_in_body: async () => new Response(brokenBody(), { status: 200 }),
  echo: async (request) =>
    jsonResponse(400, { message: [...request.headers].map(String).join("; "), body: await request.text() }),
};

function failedFetch(): never {
  throw new TypeError("fetch failed", { cause: new Error("read ECONNRESET") });
}

function brokenBody(): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('{"id":'));
    },
    pull: failedFetch,
  });
}
