/** What a data directory holds is there again after a restart. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readEnvironment } from "../../runtime-node/environment.ts";
import { type DispatchData, openData } from "../../runtime-node/open_data.ts";
import { DatabaseFixture } from "../support/database_fixture.ts";
import { recordingLogger } from "../support/spool_fixture.ts";

/** Opens a directory that was empty, and again what was left in it. */
function openDirectory(t: { after(act: () => void): void }): () => Promise<DispatchData> {
  const fixture = new DatabaseFixture();
  t.after(() => fixture.remove());
  const { directory: dataDirectory } = fixture;
  return async () =>
    openData({
      environment: readEnvironment({}, { dataDirectory, workingDirectory: dataDirectory }),
      driver: await fixture.open(),
      logger: recordingLogger(),
    });
}

test("openData knows the keys and tokens that were created before, and not those that were revoked", async (t) => {
  const open = openDirectory(t);
  const { keys, tokens } = await open();
  const { key } = await keys.create("app", null);
  const { id, token } = await tokens.create("ci", "certificate");
  const again = await open();
  assert.equal((await again.keyRing.find(key))?.name, "app");
  assert.equal((await again.tokenRing.find(token))?.scope, "certificate");
  assert.deepEqual([await again.keyRing.find(token), await again.tokenRing.find(key)], [null, null]);
  await again.tokens.revoke(id);
  assert.equal(await again.tokenRing.find(token), null);
  assert.equal(await (await open()).tokenRing.find(token), null);
});

test("openData knows the users of SMTP that were added before, by the hash of Argon2id", async (t) => {
  const open = openDirectory(t);
  const { users, stores } = await open();
  await users.add("printer", "correct horse", { allowedAddresses: ["10.0.0.0/8"], allowedSenders: [] });
  assert.match((await stores.smtpUsers.list())[0]!.passwordHash, /^\$argon2id\$v=19\$m=65536,t=3,p=1\$/);
  const { userRing } = await open();
  const given = { name: "printer", password: "correct horse", address: "10.0.0.1" };
  assert.ok(typeof (await userRing.signIn(given)) !== "string");
  assert.equal(await userRing.signIn({ ...given, password: "wrong horse" }), "password");
  assert.equal(await userRing.signIn({ ...given, address: "192.0.2.1" }), "address");
});
