import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { NoPlainFile, TooMuchInput } from "../../runtime-node/cli/cli_io.ts";
import { readLimited, writeWhole } from "../../runtime-node/cli/given_files.ts";

const bytes = new TextEncoder().encode("content");

function createDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), "dispatch-files-"));
  t.after(() => rmSync(directory, { recursive: true }));
  return directory;
}

test("readLimited reads a file of exactly the limit, and none of a byte more", async (t) => {
  const path = join(createDirectory(t), "a");
  writeFileSync(path, Buffer.alloc(1000, 7));
  assert.deepEqual(Buffer.from(await readLimited(path, 1000)), Buffer.alloc(1000, 7));
  await assert.rejects(readLimited(path, 999), (error) => error instanceof TooMuchInput && error.sizeBytes === 1000);
});

test("readLimited ends on a device that never does", async () => {
  await assert.rejects(readLimited("/dev/zero", 1000), TooMuchInput);
});

test("readLimited reads an empty file and a pipe", async (t) => {
  const directory = createDirectory(t);
  writeFileSync(join(directory, "empty"), "");
  assert.equal((await readLimited(join(directory, "empty"), 10)).length, 0);
  const pipe = join(directory, "pipe");
  execFileSync("mkfifo", [pipe]);
  const reading = readLimited(pipe, 10);
  writeFileSync(pipe, bytes);
  assert.deepEqual(new Uint8Array(await reading), bytes);
});

for (const mode of [0o600, 0o644]) {
  test(`writeWhole gives a file the mode ${mode.toString(8)}, whatever the one it replaces had`, async (t) => {
    const path = join(createDirectory(t), "a");
    const umask = process.umask(0o077);
    t.after(() => process.umask(umask));
    await writeWhole(path, bytes, mode);
    assert.equal(statSync(path).mode & 0o777, mode);
    chmodSync(path, 0o666);
    await writeWhole(path, bytes, mode);
    assert.equal(statSync(path).mode & 0o777, mode);
  });
}

test("writeWhole replaces the file behind a link, and leaves nothing beside it", async (t) => {
  const directory = createDirectory(t);
  writeFileSync(join(directory, "file"), "old");
  symlinkSync("file", join(directory, "link"));
  await writeWhole(join(directory, "link"), bytes, 0o600);
  assert.equal(readFileSync(join(directory, "file"), "utf8"), "content");
  assert.equal(readlinkSync(join(directory, "link")), "file");
  assert.deepEqual(readdirSync(directory).toSorted(), ["file", "link"]);
});

test("writeWhole takes the place of no directory and no device", async (t) => {
  const directory = createDirectory(t);
  mkdirSync(join(directory, "certs"));
  await assert.rejects(writeWhole(join(directory, "certs"), bytes, 0o600), NoPlainFile);
  await assert.rejects(writeWhole("/dev/null", bytes, 0o600), NoPlainFile);
});

test("writeWhole makes no directory", async (t) => {
  const directory = createDirectory(t);
  await assert.rejects(writeWhole(join(directory, "none", "a"), bytes, 0o600), { code: "ENOENT" });
  assert.deepEqual(readdirSync(directory), []);
});
