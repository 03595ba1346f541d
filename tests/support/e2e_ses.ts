/** Amazon SES on a port of this host. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { FakeDelivery } from "./provider_fake.ts";
import { receiveSes, sesKey } from "./ses_fake.ts";

/** A server that takes every message that is as documented, and refuses what is not. */
export class SesServer {
  readonly #server: Server;
  readonly deliveries: FakeDelivery[] = [];

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async start(): Promise<SesServer> {
    const ses = new SesServer();
    ses.#server.listen(0, "127.0.0.1");
    await once(ses.#server, "listening");
    return ses;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Settings of a relay to it, but for the secret. */
  get settings(): Readonly<Record<string, string>> {
    return { access_key_id: sesKey.accessKeyId, region: "eu-central-1", endpoint: this.endpoint };
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader("content-type", "application/json");
    try {
      const delivery = await receiveSes(await toRequest(incoming, this.endpoint), this.endpoint);
      response.end(JSON.stringify({ MessageId: `ses-${this.deliveries.push(delivery)}` }));
    } catch (error) {
      assert.ok(error instanceof Error);
      response.writeHead(400, { "x-amzn-errortype": "BadRequestException" });
      response.end(JSON.stringify({ message: error.message }));
    }
  }
}

async function toRequest(incoming: IncomingMessage, origin: string): Promise<Request> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const headers = Object.entries(incoming.headers).map(([name, value]): [string, string] => [name, String(value)]);
  const { method = "GET", url = "/" } = incoming;
  return new Request(`${origin}${url}`, { method, headers, body: Buffer.concat(chunks) });
}
