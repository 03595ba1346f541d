/** What a data directory holds is there again after a restart. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readEnvironment } from "../../runtime-node/environment.ts";
import { openData } from "../../runtime-node/open_data.ts";
import { DatabaseFixture } from "../support/database_fixture.ts";
import { recordingLogger } from "../support/spool_fixture.ts";

test("openData knows the users of SMTP that were added before, by the hash of Argon2id", async (t) => {
  const fixture = new DatabaseFixture();
  t.after(() => fixture.remove());
  const { directory: dataDirectory } = fixture;
  const open = async () =>
    openData({
      environment: readEnvironment({}, { dataDirectory, workingDirectory: dataDirectory }),
      driver: await fixture.open(),
      logger: recordingLogger(),
    });
  const { users, stores } = await open();
  await users.add("printer", "correct horse", { allowedAddresses: ["10.0.0.0/8"], allowedSenders: [] });
  assert.match((await stores.smtpUsers.list())[0]!.passwordHash, /^\$argon2id\$v=19\$m=65536,t=3,p=1\$/);
  const { userRing } = await open();
  const given = { name: "printer", password: "correct horse", address: "10.0.0.1" };
  assert.ok(typeof (await userRing.signIn(given)) !== "string");
  assert.equal(await userRing.signIn({ ...given, password: "wrong horse" }), "password");
  assert.equal(await userRing.signIn({ ...given, address: "192.0.2.1" }), "address");
});
