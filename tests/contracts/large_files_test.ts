import assert from "node:assert/strict";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { LargeFiles } from "../../core/capabilities.ts";
import { openLargeFiles } from "../../runtime-node/large_files.ts";
import { until } from "../support/e2e_process.ts";
import { newMessage, SpoolFixture } from "../support/spool_fixture.ts";

const name = "spl_01a203220254779fa0da4d07d41dda58.eml";

describe("openLargeFiles", () => {
  let parent: string;
  let directory: string;
  let files: LargeFiles;

  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), "dispatch-large-"));
    directory = join(parent, "spool", "large");
    files = openLargeFiles(directory);
  });

  afterEach(() => rmSync(parent, { recursive: true, force: true }));

  async function put(bytes: Uint8Array): Promise<void> {
    const writer = await files.create(name);
    await writer.write(bytes);
    await writer.commit();
  }

  it("makes the directory with the first file, both for the owner alone", async () => {
    await put(new Uint8Array(10));
    assert.equal(statSync(directory).mode & 0o777, 0o700);
    assert.equal(statSync(join(directory, name)).mode & 0o777, 0o600);
  });

  it("keeps what was written, in order", async () => {
    const writer = await files.create(name);
    const chunks = Array.from({ length: 50 }, (_, n) => new Uint8Array(10_000).fill(n));
    for (const chunk of chunks) await writer.write(chunk);
    await writer.commit();
    assert.ok(readFileSync(join(directory, name)).equals(Buffer.concat(chunks)));
  });

  it("streams a file", async () => {
    const bytes = crypto.getRandomValues(new Uint8Array(60_000));
    await put(bytes);
    const read = await new Response(files.open(name) as BodyInit).bytes();
    assert.ok(Buffer.from(read).equals(Buffer.from(bytes)));
  });

  it("fails the stream of a file that is not there", async () => {
    await assert.rejects(async () => {
      for await (const _ of files.open(name)) assert.fail("there is nothing to read");
    }, /ENOENT/);
  });

  /** Paths of the files that this process has open. */
  function openFiles(): string[] {
    return readdirSync("/proc/self/fd").flatMap((fd) => {
      try {
        return [readlinkSync(`/proc/self/fd/${fd}`)];
      } catch {
        // The descriptor that listed the others is gone.
        return [];
      }
    });
  }

  if (process.platform !== "linux") console.log("left out: closing of files, which only Linux shows in /proc");
  else {
    it("closes a file whose stream is cancelled", async () => {
      await put(new Uint8Array(10_000_000));
      const reader = files.open(name).getReader();
      await reader.read();
      assert.equal(openFiles().filter((path) => path.endsWith(name)).length, 1);
      await reader.cancel();
      await until("the file to be closed", () => !openFiles().some((path) => path.endsWith(name)));
    });
  }

  it("leaves nothing of a file that is given up, however often", async () => {
    const writer = await files.create(name);
    await writer.write(new Uint8Array(10));
    await writer.abort();
    await writer.abort();
    assert.deepEqual(await files.list(), []);
    await put(new Uint8Array(10));
  });

  it("removes a committed file that is given up after all", async () => {
    const writer = await files.create(name);
    await writer.commit();
    await writer.abort();
    assert.deepEqual(readdirSync(directory), []);
  });

  it("never writes over a file", async () => {
    await put(new Uint8Array(10));
    await assert.rejects(files.create(name), /EEXIST/);
  });

  it("lists nothing where there is no directory yet, and removes nothing without a word", async () => {
    assert.deepEqual(await files.list(), []);
    await files.remove(name);
  });

  it("lists its own files alone", async () => {
    await put(new Uint8Array(10));
    writeFileSync(join(directory, ".nfs0000000000001"), "");
    writeFileSync(join(directory, "notes of the operator.txt"), "");
    mkdirSync(join(directory, "lost+found"));
    mkdirSync(join(directory, "old.eml"));
    assert.deepEqual(await files.list(), [name]);
  });

  it("takes no name that leads elsewhere", async () => {
    for (const wrong of ["../x.eml", "a/b.eml", ".hidden", "", "x\0.eml"]) {
      await assert.rejects(files.create(wrong), TypeError);
      assert.throws(() => files.open(wrong), TypeError);
    }
  });
});

describe("SqliteSpool beside strange files", () => {
  it("starts, and leaves alone what is not its own", async () => {
    const fixture = new SpoolFixture();
    const large = join(fixture.directory, "large");
    mkdirSync(join(large, "lost+found"), { recursive: true });
    writeFileSync(join(large, ".nfs0000000000001"), "");
    writeFileSync(join(large, name), "an orphan");
    const spool = fixture.open();
    await spool.append(newMessage());
    await spool.reconcileLargeFiles();
    assert.deepEqual(readdirSync(large).sort(), [".nfs0000000000001", "lost+found"]);
    await spool.close();
    fixture.remove();
  });
});
