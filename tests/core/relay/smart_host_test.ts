import assert from "node:assert/strict";
import { test } from "node:test";
import { smartHostOf } from "../../../core/relay/smart_host.ts";
import { sampleRelay } from "../../support/sample_relay.ts";

const settings = { host: "smtp.office365.com", port: 587, tls: "starttls", username: "scanner@example.org" };

test("smartHostOf has Microsoft's application ask for a token for SMTP", () => {
  const application = { tenant: "contoso.example", client_id: "app", client_secret: "hidden" };
  const relay = sampleRelay("a", { settings: { ...settings, ...application, auth: "xoauth2_microsoft" } });
  assert.deepEqual(smartHostOf(relay, "relay.example.org").tokenGrant, {
    kind: "client_credentials",
    tokenEndpoint: "https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token",
    clientId: "app",
    clientSecret: "hidden",
    scope: "https://outlook.office365.com/.default",
  });
});

test("smartHostOf has Google's service account ask for a token in the name of the user", () => {
  const key = { client_email: "a@p.iam.gserviceaccount.com", private_key: "PEM", token_uri: "https://o.example/token" };
  const google = { auth: "xoauth2_google", service_account_key: JSON.stringify(key) };
  const relay = sampleRelay("a", { settings: { ...settings, ...google } });
  assert.deepEqual(smartHostOf(relay, "relay.example.org").tokenGrant, {
    kind: "service_account",
    tokenEndpoint: "https://o.example/token",
    clientEmail: "a@p.iam.gserviceaccount.com",
    privateKey: "PEM",
    privateKeyId: null,
    subject: "scanner@example.org",
    scope: "https://mail.google.com/",
  });
});

test("smartHostOf asks for no token where there is a password, or nobody signs in", () => {
  for (const auth of [{ auth: "password" }, {}]) {
    const relay = sampleRelay("a", { settings: { ...settings, password: "p", ...auth } });
    assert.equal(smartHostOf(relay, "relay.example.org").tokenGrant, undefined);
  }
});
