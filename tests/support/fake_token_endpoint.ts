/** Token endpoints of Microsoft and Google, from their documentation; statements are verified by `node:crypto`. */
import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";

/** Credentials of an application of Microsoft 365, and where it asks. */
export const microsoftClient = {
  tenant: "contoso.onmicrosoft.com",
  client_id: "11112222-bbbb-3333-cccc-4444dddd5555",
  client_secret: "sampleCredia1~b2.C_3",
} as const;

/** What the endpoint does. */
export type TokenMood =
  | "issue"
  /** Microsoft's answer to a wrong secret: 401, with the challenge that RFC 6749 section 5.2 asks for. */
  | "bad_secret"
  /** Google's answer where the clock of whoever asks is wrong. */
  | "wrong_time"
  | "unavailable"
  | "throttled"
  | "web_page"
  | "unusable_token"
  | "hang";

/** Microsoft's has a time stamp and ids in it, on lines of their own. */
export const badSecretText =
  "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent is the client secret value, not its id.\r\n" +
  "Trace ID: 0000aaaa\r\nTimestamp: 2026-11-23 12:00:00Z";

const wrongTimeText =
  "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. " +
  "Check your iat and exp values in the JWT claim.";

/** Issues `token-1`, `token-2`, … to whoever asks in the documented form; what is not so fails the test. */
export class FakeTokenEndpoint {
  mood: TokenMood = "issue";
  /** Seconds; `null` leaves it unsaid. */
  lifetimeSeconds: number | null = 3599;
  /** The forms that came. */
  readonly requests: URLSearchParams[] = [];
  issued = 0;
  #asked: () => void = () => {};
  /** Resolves once it is asked for the first time. */
  readonly wasAsked: Promise<void> = new Promise((resolve) => {
    this.#asked = resolve;
  });
  readonly #googleKeyPem: string | null;

  /** @param googleKeyPem the public key of the service account */
  constructor(googleKeyPem: string | null = null) {
    this.#googleKeyPem = googleKeyPem;
  }

  readonly fetch = async (request: Request): Promise<Response> => {
    assert.equal(request.method, "POST");
    assert.equal(request.redirect, "manual");
    assert.match(request.headers.get("content-type") ?? "", /^application\/x-www-form-urlencoded\b/);
    const form = new URLSearchParams(await request.text());
    this.requests.push(form);
    this.#asked();
    if (form.get("grant_type") === "client_credentials") this.#checkClient(request, form);
    else this.#checkStatement(request, form);
    return await this.#answer(form);
  };

  #checkClient(request: Request, form: URLSearchParams): void {
    assert.equal(new URL(request.url).pathname, `/${microsoftClient.tenant}/oauth2/v2.0/token`);
    assert.deepEqual([...form.keys()].toSorted(), ["client_id", "client_secret", "grant_type", "scope"]);
    assert.equal(form.get("client_id"), microsoftClient.client_id);
    assert.equal(form.get("client_secret"), microsoftClient.client_secret);
    assert.match(form.get("scope") ?? "", /^https?:\/\/[^ ]+\/\.default$/);
  }

  #checkStatement(request: Request, form: URLSearchParams): void {
    assert.deepEqual([...form.keys()].toSorted(), ["assertion", "grant_type"]);
    assert.equal(form.get("grant_type"), "urn:ietf:params:oauth:grant-type:jwt-bearer");
    const [head = "", claims = "", signature = ""] = (form.get("assertion") ?? "").split(".");
    assert.deepEqual(decodeJson(head), { alg: "RS256", typ: "JWT", kid: "key-1" });
    const { iat, exp, ...said } = decodeJson(claims);
    assert.equal(Number(exp) - Number(iat), 3600);
    assert.deepEqual(said, {
      iss: "relay@project.iam.gserviceaccount.com",
      sub: "scanner@example.org",
      aud: request.url,
      scope: "https://mail.google.com/",
    });
    const key = createPublicKey(this.#googleKeyPem ?? "");
    const isGenuine = verify("sha256", Buffer.from(`${head}.${claims}`), key, Buffer.from(signature, "base64url"));
    assert.ok(isGenuine, "the statement is not signed with the account's key");
  }

  async #answer(form: URLSearchParams): Promise<Response> {
    switch (this.mood) {
      case "issue":
        return this.#issue(`token-${++this.issued}`);
      case "unusable_token":
        return this.#issue("a token\r\nwith a line of its own");
      case "bad_secret": {
        const description = `${badSecretText}\r\nYou sent ${form.get("client_secret") ?? form.get("assertion")}: ${form}`;
        const headers = { "www-authenticate": 'Basic realm="https://login.example"' };
        return Response.json({ error: "invalid_client", error_description: description }, { status: 401, headers });
      }
      case "wrong_time":
        return Response.json({ error: "invalid_grant", error_description: wrongTimeText }, { status: 400 });
      case "unavailable":
        return Response.json({ error: "temporarily_unavailable" }, { status: 400 });
      case "throttled":
        return new Response("slow down", { status: 429, headers: { "retry-after": "17" } });
      case "web_page":
        return new Response("<html>Please sign in</html>", { headers: { "content-type": "text/html" } });
      case "hang":
        return await new Promise(() => {});
    }
  }

  #issue(token: string): Response {
    const lifetime = this.lifetimeSeconds === null ? {} : { expires_in: this.lifetimeSeconds };
    return Response.json({ token_type: "Bearer", access_token: token, ...lifetime });
  }
}

function decodeJson(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, "base64url").toString());
}
