/** The dashboard's certificate from files that others replace, each in the way they do. */
import assert from "node:assert/strict";
import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { until } from "../../support/e2e_process.ts";
import type { Stage } from "../../support/e2e_stage.ts";
import { type IssuedChain, issueChain } from "../../support/openssl_chain.ts";
import { fingerprintOf, shownBy } from "../../support/openssl_client.ts";
import type { Scenario } from "../scenario.ts";

const tools = ["openssl"];

interface Shown {
  readonly dashboard: {
    readonly source: string;
    readonly problem: string | null;
    readonly served: readonly { readonly current: boolean }[];
  };
}

/** Certificate and key as two texts. */
interface Pair {
  readonly cert: string;
  readonly key: string;
}

async function issuePairs(stage: Stage, count: number): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (let number = 0; number < count; number++) {
    const folder = join(stage.folder, `authority-${number}`);
    await mkdir(folder);
    const { certificates, keyPem }: IssuedChain = await issueChain(folder, "ec", 2);
    pairs.push({ cert: certificates.join(""), key: keyPem });
  }
  return pairs;
}

function name(stage: Stage, cert: string, key: string): void {
  Object.assign(stage.environment, {
    DISPATCH_DASHBOARD_CERT: join(stage.folder, cert),
    DISPATCH_DASHBOARD_KEY: join(stage.folder, key),
  });
}

const put = (stage: Stage, file: string, text: string) => writeFile(join(stage.folder, file), text);

/** As careful programs replace a file. */
async function replace(stage: Stage, file: string, text: string): Promise<void> {
  await put(stage, `${file}.new`, text);
  await rename(join(stage.folder, `${file}.new`), join(stage.folder, file));
}

/** Points a link elsewhere, in one step. */
async function relink(stage: Stage, link: string, target: string): Promise<void> {
  await symlink(target, join(stage.folder, `${link}.new`));
  await rename(join(stage.folder, `${link}.new`), join(stage.folder, link));
}

async function serves(stage: Stage, { cert }: Pair): Promise<void> {
  const wanted = fingerprintOf(cert);
  await until(`the dashboard to serve ${wanted}`, async () => (await shownBy(stage.ports.operator))[0] === wanted);
}

/** See the file's first line. */
export const dashboardCertificate: readonly Scenario[] = [
  {
    name: "a start makes do with a self-signed certificate until the files that the environment names are there; then the dashboard serves them, whole chain, and what they are replaced with",
    tools,
    async play(stage) {
      const [first, second, third] = (await issuePairs(stage, 3)) as [Pair, Pair, Pair];
      name(stage, "mount/cert.pem", "mount/key.pem");
      const service = await stage.start();
      await service.logged(/"certificate\.dashboard_problem".*mount\/cert\.pem.*A self-signed one is served instead/);
      assert.equal((await shownBy(stage.ports.operator)).length, 1);
      await mkdir(join(stage.folder, "mount"));
      await put(stage, "mount/cert.pem", first.cert);
      await put(stage, "mount/key.pem", first.key);
      await serves(stage, first);
      assert.equal((await shownBy(stage.ports.operator)).length, 2);
      // By rename, one right after the other; then in place.
      await replace(stage, "mount/cert.pem", second.cert);
      await replace(stage, "mount/key.pem", second.key);
      await serves(stage, second);
      await put(stage, "mount/key.pem", third.key);
      await put(stage, "mount/cert.pem", third.cert);
      await serves(stage, third);
      await service.logged(new RegExp(`"certificate\\.proven".*${fingerprintOf(third.cert)}`));
      const { dashboard } = await stage.json<Shown>("cert", "show");
      assert.deepEqual([dashboard.source, dashboard.problem], ["files", null]);
      assert.deepEqual(
        dashboard.served.map(({ current }) => current),
        [true],
      );
    },
  },
  {
    name: "the dashboard follows the links of certbot and of Kubernetes",
    tools,
    async play(stage) {
      const [first, second, third] = (await issuePairs(stage, 3)) as [Pair, Pair, Pair];
      for (const folder of ["live", "archive", "..1", "..2"]) await mkdir(join(stage.folder, folder));
      for (const [version, { cert, key }] of [first, second].entries()) {
        await put(stage, `archive/cert${version}.pem`, cert);
        await put(stage, `archive/key${version}.pem`, key);
      }
      await relink(stage, "live/cert.pem", "../archive/cert0.pem");
      await relink(stage, "live/key.pem", "../archive/key0.pem");
      // The name in the environment is a link itself, as the files of a mounted secret are.
      await relink(stage, "..data", "live");
      await relink(stage, "tls.crt", "..data/cert.pem");
      await relink(stage, "tls.key", "..data/key.pem");
      name(stage, "tls.crt", "tls.key");
      await stage.start();
      await serves(stage, first);
      await relink(stage, "live/cert.pem", "../archive/cert1.pem");
      await relink(stage, "live/key.pem", "../archive/key1.pem");
      await serves(stage, second);
      await put(stage, "..2/cert.pem", third.cert);
      await put(stage, "..2/key.pem", third.key);
      await relink(stage, "..data", "..2");
      await serves(stage, third);
      await put(stage, "..1/cert.pem", first.cert);
      await put(stage, "..1/key.pem", first.key);
      await relink(stage, "..data", "..1");
      await rm(join(stage.folder, "..2"), { recursive: true });
      await serves(stage, first);
    },
  },
  {
    name: "files that can't be served leave the last good certificate, are told with the reason, and are taken once repaired",
    tools,
    async play(stage) {
      const [first, second] = (await issuePairs(stage, 2)) as [Pair, Pair];
      await put(stage, "cert.pem", first.cert);
      await put(stage, "key.pem", first.key);
      name(stage, "cert.pem", "key.pem");
      const service = await stage.start();
      await serves(stage, first);
      await replace(stage, "cert.pem", second.cert);
      await service.logged(/"certificate\.dashboard_problem".*does not belong to any of the certificates/);
      await replace(stage, "key.pem", second.key.slice(0, 60));
      await service.logged(/"certificate\.dashboard_problem".*key\.pem: /, 2);
      const { dashboard } = await stage.json<Shown>("cert", "show");
      assert.equal(dashboard.source, "files");
      assert.match(dashboard.problem ?? "", /key\.pem: /);
      const health = await stage.json<{ status: string; problems: { code: string }[] }>("health");
      assert.equal(health.status, "degraded");
      assert.ok(health.problems.some(({ code }) => code === "dashboard_certificate_files"));
      assert.equal((await shownBy(stage.ports.operator))[0], fingerprintOf(first.cert));
      await replace(stage, "key.pem", second.key);
      await serves(stage, second);
      assert.equal((await stage.json<Shown>("cert", "show")).dashboard.problem, null);
    },
  },
];
