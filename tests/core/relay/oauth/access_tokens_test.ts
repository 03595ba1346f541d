import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { beforeEach, describe, test } from "node:test";
import { AccessTokens } from "../../../../core/relay/oauth/access_tokens.ts";
import { serviceAccountCodec } from "../../../../core/relay/oauth/google.ts";
import { googleGrant } from "../../../../core/relay/oauth/google_grant.ts";
import { microsoftGrant, outlookScope } from "../../../../core/relay/oauth/microsoft.ts";
import type { TokenGrant } from "../../../../core/relay/oauth/token_grant.ts";
import { assertRefusal } from "../../../support/assert_refusal.ts";
import { badSecretText, FakeTokenEndpoint, microsoftClient } from "../../../support/fake_token_endpoint.ts";
import { ManualClock } from "../../../support/manual_clock.ts";

const never = new AbortController().signal;
const microsoft = microsoftGrant(microsoftClient, outlookScope(microsoftClient));

const { publicKey, privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});

/** As Google hands it out. */
const keyFile = {
  type: "service_account",
  project_id: "project",
  private_key_id: "key-1",
  private_key: privateKey,
  client_email: "relay@project.iam.gserviceaccount.com",
  client_id: "100000000000000000001",
  auth_uri: "https://accounts.google.com/o/oauth2/auth",
  token_uri: "https://oauth2.googleapis.com/token",
};

let endpoint: FakeTokenEndpoint;
let clock: ManualClock;
let tokens: AccessTokens;

describe("AccessTokens", () => {
  beforeEach(() => {
    endpoint = new FakeTokenEndpoint(publicKey);
    clock = new ManualClock();
    tokens = new AccessTokens({ fetch: endpoint.fetch, clock });
  });

  function googleOf(file: object): TokenGrant {
    const read = serviceAccountCodec().fromText(JSON.stringify(file, null, 2));
    assert.ok("value" in read, JSON.stringify(read));
    return googleGrant({ service_account_key: read.value }, "scanner@example.org");
  }

  test("AccessTokens.token asks Microsoft as an application, for SMTP", async () => {
    assert.equal(await tokens.token(microsoft, never), "token-1");
    assert.equal(endpoint.requests[0]?.get("scope"), "https://outlook.office365.com/.default");
  });

  test("outlookScope is that of the cloud that issues the token", () => {
    assert.equal(
      outlookScope({ authority: "https://login.microsoftonline.us" }),
      "https://outlook.office365.us/.default",
    );
  });

  test("AccessTokens.token asks Google with a statement signed by the account's key, for a mailbox", async () => {
    assert.equal(await tokens.token(googleOf(keyFile), never), "token-1");
  });

  test("AccessTokens.token says that a key can't be read, and nothing of the key", async () => {
    const broken = { ...keyFile, private_key: "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n" };
    const error = await assertRefusal(() => tokens.token(googleOf(broken), never), "provider_refused");
    assert.equal(error.message, "relay@project.iam.gserviceaccount.com refused: its private key can't be read.");
    assert.equal(endpoint.requests.length, 0);
  });

  test("AccessTokens.token keeps a token until a minute before its end", async () => {
    await tokens.token(microsoft, never);
    clock.advance((3599 - 61) * 1000);
    assert.equal(await tokens.token(microsoft, never), "token-1");
    clock.advance(1000);
    assert.equal(await tokens.token(microsoft, never), "token-2");
  });

  test("AccessTokens.token uses a token of a short life for half of it", async () => {
    endpoint.lifetimeSeconds = 20;
    await tokens.token(microsoft, never);
    clock.advance(9_999);
    assert.equal(await tokens.token(microsoft, never), "token-1");
    clock.advance(1);
    assert.equal(await tokens.token(microsoft, never), "token-2");
  });

  test("AccessTokens.token believes in no token for longer than a day, and asks soon where no life is stated", async () => {
    endpoint.lifetimeSeconds = 1e9;
    await tokens.token(microsoft, never);
    clock.advance(86_400_000);
    endpoint.lifetimeSeconds = null;
    assert.equal(await tokens.token(microsoft, never), "token-2");
    clock.advance(300_000);
    assert.equal(await tokens.token(microsoft, never), "token-3");
  });

  test("AccessTokens.token asks once for many at a time", async () => {
    const issued = await Promise.all(Array.from({ length: 50 }, () => tokens.token(microsoft, never)));
    assert.deepEqual([...new Set(issued)], ["token-1"]);
    assert.equal(endpoint.requests.length, 1);
  });

  test("AccessTokens.token asks for each set of credentials apart", async () => {
    const graph = microsoftGrant(microsoftClient, "https://graph.microsoft.com/.default");
    assert.deepEqual([await tokens.token(microsoft, never), await tokens.token(graph, never)], ["token-1", "token-2"]);
  });

  test("AccessTokens.discard has the next token be another", async () => {
    await tokens.token(microsoft, never);
    tokens.discard(microsoft, "token-1");
    assert.equal(await tokens.token(microsoft, never), "token-2");
  });

  test("AccessTokens.discard leaves a token that took the place of the refused one already", async () => {
    await tokens.token(microsoft, never);
    tokens.discard(microsoft, "token-1");
    await tokens.token(microsoft, never);
    tokens.discard(microsoft, "token-1");
    assert.equal(await tokens.token(microsoft, never), "token-2");
  });

  test("AccessTokens.token repeats what is said about bad credentials, but for what it sent", async () => {
    endpoint.mood = "bad_secret";
    for (const grant of [microsoft, googleOf(keyFile)]) {
      const { message } = await assertRefusal(() => tokens.token(grant, never), "provider_refused");
      assert.ok(
        message.startsWith(`${new URL(grant.tokenEndpoint).host} refused: invalid_client: AADSTS7000215`),
        message,
      );
      assert.ok(message.includes(badSecretText.slice(0, 80)));
      assert.ok(!/sampleCredia|eyJ|[\r\n]/.test(message), message);
    }
  });

  test("AccessTokens.token asks anew after a failure", async () => {
    endpoint.mood = "bad_secret";
    await assertRefusal(() => tokens.token(microsoft, never), "provider_refused");
    endpoint.mood = "issue";
    assert.equal(await tokens.token(microsoft, never), "token-1");
  });

  for (const mood of ["unavailable", "throttled", "web_page", "unusable_token"] as const) {
    test(`AccessTokens.token takes an endpoint that is ${mood} for one to be asked again`, async () => {
      endpoint.mood = mood;
      const { facts } = await assertRefusal(() => tokens.token(microsoft, never), "provider_unreachable");
      assert.equal(facts.provider, "login.microsoftonline.com");
      assert.equal(facts.retryAfterSeconds, mood === "throttled" ? 17 : null);
      if (mood === "throttled") assert.match(facts.reason, /HTTP 429/);
    });
  }

  test("AccessTokens.token takes a clock that is wrong for what it is, and tries again", async () => {
    endpoint.mood = "wrong_time";
    const { facts } = await assertRefusal(() => tokens.token(googleOf(keyFile), never), "provider_unreachable");
    assert.match(facts.reason, /Check your iat and exp values/);
  });

  test("AccessTokens.token gives up an endpoint that does not answer", async () => {
    endpoint.mood = "hang";
    const waiting = tokens.token(microsoft, never);
    await endpoint.wasAsked;
    clock.advance(60_000);
    await assertRefusal(() => waiting, "provider_unreachable");
  });

  test("AccessTokens.token goes on for the others when one of those who wait gives up", async () => {
    const stop = new AbortController();
    const given = tokens.token(microsoft, stop.signal);
    const other = tokens.token(microsoft, never);
    stop.abort();
    await assertRefusal(() => given, "provider_unreachable");
    assert.equal(await other, "token-1");
    await assertRefusal(() => tokens.token(microsoft, stop.signal), "provider_unreachable");
  });

  test("serviceAccountCodec takes a key file as it is handed out, and keeps what is used of it", () => {
    const read = serviceAccountCodec().fromText(JSON.stringify(keyFile));
    assert.ok("value" in read);
    const { type, client_email, private_key, private_key_id, token_uri } = keyFile;
    assert.deepEqual(JSON.parse(read.value), { type, client_email, private_key, private_key_id, token_uri });
  });

  test("serviceAccountCodec refuses what is no such file, or would send statements in the clear", () => {
    const { client_email: _, ...anonymous } = keyFile;
    const files = [
      "",
      "relay@project.iam.gserviceaccount.com",
      "[]",
      JSON.stringify(anonymous),
      JSON.stringify({ ...keyFile, type: "authorized_user" }),
      JSON.stringify({ ...keyFile, private_key: "secret" }),
      JSON.stringify({ ...keyFile, token_uri: "http://oauth2.googleapis.com/token" }),
      JSON.stringify({ ...keyFile, padding: "x".repeat(16_384) }),
    ];
    for (const text of files) assert.ok("rule" in serviceAccountCodec().fromJson(text), text.slice(0, 200));
  });
});
