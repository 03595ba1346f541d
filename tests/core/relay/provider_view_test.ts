import assert from "node:assert/strict";
import { test } from "node:test";
import { hostCodec } from "../../../core/relay/provider/host_codec.ts";
import { serverUrlCodec } from "../../../core/relay/provider/server_url_codec.ts";
import { smtp } from "../../../core/relay/provider/smtp.ts";
import { providers } from "../../../core/relay/provider_table.ts";
import { viewProvider } from "../../../core/relay/provider_view.ts";

/** They sign with their secret, and send it nowhere. */
const signers = ["ses"];

test("viewProvider shows all that a form needs of a setting", () => {
  const { settings } = viewProvider(smtp);
  assert.deepEqual(settings[0], {
    name: "host",
    kind: "host_name",
    summary: "Name or address of the server",
    rule: "must be a host name, or an IPv4 or IPv6 address",
    choices: null,
    default: null,
    required: true,
    secret: false,
    destination: true,
  });
  assert.partialDeepStrictEqual(settings.find(({ name }) => name === "tls")!, {
    choices: ["none", "auto", "starttls", "implicit"],
    default: "auto",
    required: false,
  });
  assert.equal(settings.find(({ name }) => name === "password")?.secret, true);
});

test("each provider is told in plain JSON, and each name once", () => {
  const views = providers.map(viewProvider);
  assert.deepEqual(JSON.parse(JSON.stringify(views)), views);
  assert.equal(new Set(views.map(({ name }) => name)).size, views.length);
});

test("each setting that names a server has secrets given again when it changes, where they are sent there", () => {
  const rules = [hostCodec().rule, serverUrlCodec().rule];
  const named = providers
    .filter(({ name }) => !signers.includes(name))
    .flatMap((provider) => viewProvider(provider).settings.map((setting) => ({ provider: provider.name, ...setting })))
    .filter(({ rule }) => rules.includes(rule));
  assert.ok(named.length > 0);
  assert.deepEqual(
    named.filter(({ destination }) => !destination).map(({ provider, name }) => `${provider} ${name}`),
    [],
  );
});
