/** What every implementation of `Files` has to do. */
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { Files } from "../../core/capabilities.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const hasModes = process.platform !== "win32";

/** Declares the suite for the files that `open` returns for a directory. */
export function describeFiles(name: string, open: (root: string) => Files): void {
  describe(name, () => {
    let parent: string;
    let root: string;
    let files: Files;

    beforeEach(() => {
      parent = mkdtempSync(join(tmpdir(), "dispatch-files-"));
      root = join(parent, "data");
      files = open(root);
    });

    afterEach(() => rmSync(parent, { recursive: true, force: true }));

    test("reads what was written", async () => {
      const bytes = Uint8Array.of(0, 255, 10, 13);
      await files.writeAtomically("key", bytes);
      assert.deepEqual(await files.read("key"), bytes);
    });

    test("reads an empty file as no bytes, and a missing one as null", async () => {
      await files.writeAtomically("empty", new Uint8Array());
      assert.deepEqual(await files.read("empty"), new Uint8Array());
      assert.equal(await files.read("missing"), null);
      assert.equal(await files.read("no/such/directory"), null);
    });

    test("replaces a file whole, and leaves nothing beside it", async () => {
      await files.writeAtomically("tls/shared.pfx", bytesOf("a longer first content"));
      await files.writeAtomically("tls/shared.pfx", bytesOf("second"));
      assert.deepEqual(await files.read("tls/shared.pfx"), bytesOf("second"));
      assert.deepEqual(readdirSync(join(root, "tls")), ["shared.pfx"]);
    });

    test("keeps the old content for a reader who has the file open while it is replaced", async () => {
      await files.writeAtomically("key", bytesOf("first"));
      const { ino } = statSync(join(root, "key"));
      await files.writeAtomically("key", bytesOf("second"));
      assert.notEqual(statSync(join(root, "key")).ino, ino);
    });

    test("leaves the old file and nothing else when it can't be replaced", async () => {
      // A directory that is not empty can't be replaced by a file, not even by root.
      mkdirSync(join(root, "key"), { recursive: true });
      writeFileSync(join(root, "key", "inside"), "");
      await assert.rejects(files.writeAtomically("key", bytesOf("second")));
      assert.deepEqual(readdirSync(root), ["key"]);
    });

    test("removes a file, and is content when there is none", async () => {
      await files.writeAtomically("key", bytesOf("first"));
      await files.remove("key");
      await files.remove("key");
      await files.remove("no/such/directory");
      assert.equal(existsSync(join(root, "key")), false);
    });

    test("locates a file by its absolute path", () => {
      assert.equal(files.locate("tls/shared.pfx"), join(root, "tls", "shared.pfx"));
    });

    for (const path of ["..", "../outside", "tls/../../outside", "/etc/passwd", "", ".", "a/../b"]) {
      test(`refuses ${JSON.stringify(path)}, which does not name a file by its place in the directory`, async () => {
        assert.throws(() => files.locate(path), RangeError);
        await assert.rejects(files.read(path), RangeError);
        await assert.rejects(files.writeAtomically(path, new Uint8Array()), RangeError);
        await assert.rejects(files.remove(path), RangeError);
        await assert.rejects(files.mode(path), RangeError);
        assert.deepEqual(readdirSync(parent), []);
      });
    }

    test("lets only the owner read what it writes, also where others could read the file before", async () => {
      await files.writeAtomically("tls/key", bytesOf("first"));
      const expected = hasModes ? 0o600 : null;
      assert.equal(await files.mode("tls/key"), expected);
      chmodSync(join(root, "tls", "key"), 0o644);
      assert.equal(await files.mode("tls/key"), hasModes ? 0o644 : null);
      await files.writeAtomically("tls/key", bytesOf("second"));
      assert.equal(await files.mode("tls/key"), expected);
      if (hasModes) assert.equal(statSync(join(root, "tls")).mode & 0o777, 0o700);
    });

    test("has no mode for a missing file", async () => {
      assert.equal(await files.mode("missing"), null);
    });
  });
}
