/** The administrator's access as it is put together of a data directory and its settings. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readEnvironment } from "../../runtime-node/environment.ts";
import { openAdminAccess } from "../../runtime-node/open_admin_access.ts";
import { openData } from "../../runtime-node/open_data.ts";
import { DatabaseFixture } from "../support/database_fixture.ts";
import { recordingLogger } from "../support/spool_fixture.ts";

const password = "correct horse battery";

/** A data directory, and the access to it with the password of the environment. */
async function open(fixture: DatabaseFixture) {
  const { directory: dataDirectory } = fixture;
  const given = { DISPATCH_ADMIN_PASSWORD: password };
  const environment = readEnvironment(given, { dataDirectory, workingDirectory: dataDirectory });
  const logger = recordingLogger();
  const data = await openData({ environment, driver: await fixture.open(), logger });
  const reopen = async () => (await openAdminAccess(environment, data, logger)).access;
  return { data, reopen, access: await reopen() };
}

test("openAdminAccess keeps the password of the environment as an Argon2id hash", async (t) => {
  const fixture = new DatabaseFixture();
  t.after(() => fixture.remove());
  const { data } = await open(fixture);
  assert.match((await data.stores.meta.read("admin_password")) ?? "", /^\$argon2id\$v=19\$m=65536,t=3,p=1\$/);
});

test("openAdminAccess ends sessions after webui.session_timeout_minutes, from its change on", async (t) => {
  const fixture = new DatabaseFixture();
  t.after(() => fixture.remove());
  const { data, access, reopen } = await open(fixture);
  const { token, session } = await access.signIn({ password, address: "192.0.2.7" });
  const [row] = await data.stores.sessions.list();
  await data.stores.sessions.put({ ...row!, lastSeenAtMs: row!.lastSeenAtMs - 2 * 60_000 });
  const reopened = await reopen();
  assert.equal(reopened.isSignedIn(session), true);
  await data.config.set({ "webui.session_timeout_minutes": 1 });
  assert.equal(reopened.isSignedIn(session), false);
  assert.equal(await reopened.session(token), null);
});
