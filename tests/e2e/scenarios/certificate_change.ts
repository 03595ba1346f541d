/** A change of the shared certificate beside clients at work, and changes that come to nothing. */
import assert from "node:assert/strict";
import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pickPort } from "../../support/e2e_ports.ts";
import { run, until } from "../../support/e2e_process.ts";
import type { Stage } from "../../support/e2e_stage.ts";
import { RawClient } from "../../support/http_client.ts";
import { issueChain } from "../../support/openssl_chain.ts";
import { fingerprintOf, shownBy, startTls } from "../../support/openssl_client.ts";
import type { Scenario } from "../scenario.ts";

const tools = ["openssl"];

interface Shown {
  readonly source: string;
  readonly identity: { readonly fingerprintSha256: string };
}

/** The files in the folder of certificates, by name. */
async function filesOf(folder: string): Promise<unknown> {
  const names = (await readdir(folder)).toSorted();
  return await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), "hex")]));
}

async function shownOnMail(stage: Stage): Promise<string[][]> {
  return [await shownBy(stage.ports.smtp, ...startTls), await shownBy(stage.ports.https)];
}

/** Asks for a certificate that can't be written, and puts right what kept it from being. */
async function changeInVain(stage: Stage): Promise<void> {
  const inService = await shownOnMail(stage);
  const [folder, aside] = [join(stage.dataDirectory, "tls"), join(stage.dataDirectory, "aside")];
  await rename(folder, aside);
  const files = await filesOf(aside);
  // Root may write into any directory, but into a file nobody can.
  await writeFile(folder, "");
  const refused = await stage.cli(["cert", "generate", "--name", "after.example.org"]);
  assert.equal(refused.code, 1, refused.stdout);
  assert.match(refused.stderr, /could not be stored at .*tls\/crt_/);
  assert.deepEqual(await shownOnMail(stage), inService);
  await rm(folder);
  await rename(aside, folder);
  assert.deepEqual(await filesOf(folder), files);
}

/** See the file's first line. */
export const certificateChange: readonly Scenario[] = [
  {
    name: "a chain of three levels in the wrong order is served leaf first on STARTTLS, SMTPS and HTTPS; another that can't be written leaves it in service, on disk and in the table",
    tools,
    async play(stage) {
      const smtps = await pickPort();
      stage.environment.DISPATCH_LISTENER_IMPLICIT_TLS_PORTS = `[${smtps}]`;
      const { certificates, rootPem, keyPem } = await issueChain(stage.folder, "ec", 3);
      const [leaf, lower, upper] = certificates as [string, string, string];
      await writeFile(join(stage.folder, "bundle.pem"), rootPem + upper + leaf + lower);
      await writeFile(join(stage.folder, "key.pem"), keyPem);
      const first = await stage.start();
      await stage.json("cert", "upload", "--cert", "bundle.pem", "--key", "key.pem");
      const chain = [leaf, lower, upper].map(fingerprintOf);
      const shown = async () => [...(await shownOnMail(stage)), await shownBy(smtps)];
      assert.deepEqual(await shown(), [chain, chain, chain]);
      await changeInVain(stage);
      assert.deepEqual(await shown(), [chain, chain, chain]);
      // What the table says is what the next start serves.
      await first.stop();
      await stage.start();
      assert.deepEqual(await shown(), [chain, chain, chain]);
    },
  },
  {
    name: "a message in the middle of DATA and a kept HTTPS connection go on while the certificate changes twice",
    tools,
    isGuest: true,
    async play(stage) {
      stage.onClose(() => stage.perform("cert.remove", {}));
      const session = await (await stage.greet()).startTls();
      await session.command("EHLO client.example.org");
      assert.match(await session.envelope("a@example.org", ["you@example.org"]), /^354/);
      await session.write("Subject: half\r\n\r\nthe first half\r\n");
      const web = await RawClient.connect(stage.ports.https, true);
      const get = "GET /api/v1/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n";
      const answers = (count: number) => new RegExp(`(?:HTTP/1\\.1 200 [\\s\\S]+?"openapi"[\\s\\S]*?){${count}}`);
      web.send(get);
      await web.expect(answers(1));
      for (const [index, name] of ["one.example.org", "two.example.org"].entries()) {
        const { identity } = await stage.json<Shown>("cert", "generate", "--name", name);
        assert.deepEqual(await shownOnMail(stage), [[identity.fingerprintSha256], [identity.fingerprintSha256]]);
        web.send(get);
        await web.expect(answers(index + 2));
      }
      await session.write("the second half\r\n");
      assert.match(await session.command("."), /^250 /);
      assert.match(await session.send("a@example.org", ["you@example.org"], "Subject: next\r\n\r\nx\r\n"), /^250 /);
    },
  },
  {
    name: "of two changes at a time one wins whole, and the other is told",
    tools,
    timeoutMs: 120_000,
    isGuest: true,
    async play(stage) {
      stage.onClose(() => stage.perform("cert.remove", {}));
      // A key of RSA 4096 takes long to make: what is changed in the meantime was not seen by whoever asked for it.
      let round = 0;
      const refused = await until(
        "a change to come between",
        async () => {
          const name = `slow${++round}.example.org`;
          let isOver = false;
          const slow = stage.cli(["cert", "generate", "--key", "rsa4096", "--name", name]).finally(() => {
            isOver = true;
          });
          let last: Shown | undefined;
          while (!isOver) {
            const quick = await stage.cli(["cert", "generate", "--name", "quick.example.org", "--json"]);
            // The slow one may have won against the last of the quick ones: then there is another round.
            if (quick.code === 0) last = JSON.parse(quick.stdout) as Shown;
          }
          const { code, stderr } = await slow;
          return code === 0 ? null : { code, stderr, last, name };
        },
        100_000,
      );
      assert.equal(refused.code, 1);
      assert.match(refused.stderr, /Another certificate was put in service meanwhile, by the command line\./);
      const won = refused.last?.identity.fingerprintSha256 as string;
      assert.deepEqual(await shownOnMail(stage), [[won], [won]]);
      const earlier = await stage.json<{ dnsNames: string[] }[]>("cert", "history");
      assert.deepEqual(
        earlier.filter(({ dnsNames }) => dnsNames.includes(refused.name)),
        [],
      );
    },
  },
  {
    name: "what cert export writes is all that curl needs to trust the HTTPS API",
    tools: ["curl"],
    isGuest: true,
    async play(stage) {
      stage.onClose(() => stage.perform("cert.remove", {}));
      const url = `https://localhost:${stage.ports.https}/api/v1/openapi.json`;
      const ask = (...trust: string[]) =>
        run(["curl", "--silent", "--show-error", "--fail", ...trust, url], { cwd: stage.folder });
      assert.notEqual((await ask()).code, 0);
      for (const change of [[], ["cert", "generate"]]) {
        if (change.length > 0) await stage.json(...change);
        await stage.json("cert", "export", "--format", "pem", "--out", "pin.pem");
        const answered = await ask("--cacert", "pin.pem");
        assert.equal(answered.code, 0, answered.stderr);
        assert.match(answered.stdout, /"openapi"/);
      }
    },
  },
];
