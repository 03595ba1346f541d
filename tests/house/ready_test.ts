/** scripts/ready.mjs in a planted project, with a planted npm that counts how often it installs. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";

const readyScript = fileURLToPath(new URL("../../scripts/ready.mjs", import.meta.url));
const lockFile = JSON.stringify({
  packages: { "": {}, "node_modules/a": { version: "1.0.0" }, "node_modules/b": { version: "2.0.0", optional: true } },
});

/** Takes long enough for a second start to come in between; installs `a`, whose program is `greet`. */
const plantedNpm = `
import { appendFileSync, chmodSync, mkdirSync, writeFileSync } from "node:fs";
console.log("npm talks on stdout");
appendFileSync("installs", process.argv[2] + "\\n");
await new Promise((resolve) => setTimeout(resolve, 600));
mkdirSync("node_modules/.bin", { recursive: true });
writeFileSync("node_modules/.bin/greet", ${JSON.stringify(`#!${process.execPath}\nrequire("./greet.js")`)});
writeFileSync("node_modules/.bin/greet.js", \`
  process.on("SIGTERM", () => process.exit(9));
  console.log("hello " + process.argv.slice(2).join(" "));
  if (process.argv[2] === "stay") setInterval(() => {}, 1000);
  if (process.argv[2] === "fail") process.exit(7);
\`);
chmodSync("node_modules/.bin/greet", 0o755);
writeFileSync("node_modules/.package-lock.json", ${JSON.stringify('{"packages":{"node_modules/a":{"version":"1.0.0"}}}')});
`;

async function plantProject(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "dispatch-ready-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, "scripts"));
  await cp(readyScript, join(folder, "scripts/ready.mjs"));
  await writeFile(join(folder, "package-lock.json"), lockFile);
  await writeFile(join(folder, "npm.mjs"), plantedNpm);
  return folder;
}

function start(folder: string, ...args: string[]): ChildProcess {
  const env = { ...process.env, npm_execpath: join(folder, "npm.mjs") };
  return spawn(process.execPath, [join(folder, "scripts/ready.mjs"), ...args], { cwd: folder, env });
}

async function finish(child: ChildProcess): Promise<{ code: number | null; stdout: string; stderr: string }> {
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (chunk: Uint8Array) => (stdout += String(chunk)));
  child.stderr?.on("data", (chunk: Uint8Array) => (stderr += String(chunk)));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout, stderr };
}

test("ready installs what is missing, and keeps stdout for the program", async (t) => {
  const result = await finish(start(await plantProject(t), "greet", "world"));
  assert.equal(result.stdout, "hello world\n");
  assert.match(result.stderr, /npm talks on stdout/);
  assert.equal(result.code, 0);
});

test("ready installs once when two starts come at the same time", async (t) => {
  const folder = await plantProject(t);
  const results = await Promise.all([finish(start(folder, "greet", "one")), finish(start(folder, "greet", "two"))]);
  assert.deepEqual(results.map((result) => result.stdout).sort(), ["hello one\n", "hello two\n"]);
  assert.equal(await readFile(join(folder, "installs"), "utf8"), "ci\n");
});

test("ready installs again when the lock file names another version", async (t) => {
  const folder = await plantProject(t);
  await finish(start(folder, "greet"));
  await writeFile(join(folder, "package-lock.json"), lockFile.replace("1.0.0", "1.0.1"));
  const result = await finish(start(folder, "greet"));
  assert.equal(await readFile(join(folder, "installs"), "utf8"), "ci\nci\n");
  assert.deepEqual([result.code, result.stdout], [1, ""]);
  assert.match(result.stderr, /does not match package-lock\.json/);
});

test("ready installs again after an install that was killed", async (t) => {
  const folder = await plantProject(t);
  const first = start(folder, "greet");
  await once(first.stdout as NonNullable<ChildProcess["stdout"]>, "data");
  const gone = spawn(process.execPath, ["--version"]);
  await once(gone, "exit");
  await writeFile(join(folder, ".install.lock"), String(gone.pid));
  assert.equal((await finish(start(folder, "greet"))).stdout, "hello \n");
  assert.equal(await readFile(join(folder, "installs"), "utf8"), "ci\nci\n");
});

test("ready passes on the exit code", async (t) => {
  assert.equal((await finish(start(await plantProject(t), "greet", "fail"))).code, 7);
});

test("ready passes SIGTERM on and waits for the program", async (t) => {
  const child = start(await plantProject(t), "greet", "stay");
  child.stdout?.once("data", () => child.kill("SIGTERM"));
  assert.equal((await finish(child)).code, 9);
});

test("ready stops the program when npm's shell is killed", async (t) => {
  const folder = await plantProject(t);
  const command = `"${process.execPath}" scripts/ready.mjs greet stay; echo "the shell goes on"`;
  const env = { ...process.env, npm_execpath: join(folder, "npm.mjs"), npm_lifecycle_event: "start" };
  const shell = spawn("sh", ["-c", command], { cwd: folder, env });
  shell.stdout.once("data", () => shell.kill("SIGTERM"));
  // The pipe closes once the program has, which the shell does not wait for.
  assert.equal((await finish(shell)).stdout, "hello stay\n");
});
