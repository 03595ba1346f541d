import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  formatKeyFile,
  openKeyFile,
  parseKeyFile,
  SecretBox,
  sealKeyCheck,
  verifyKeyCheck,
} from "../../../../core/secret/mod.ts";
import { MemoryFiles } from "../../certificate/memory_files.ts";
import type { Provider } from "../../certificate/providers.ts";
import { refusal } from "../../certificate/refusal.ts";

const PATH = "dispatch.key";
const LOCATION = "/data/dispatch.key";
const KEY = Uint8Array.from({ length: 32 }, (_, index) => index);
/** python3 -c 'import base64; print(base64.urlsafe_b64encode(bytes(range(32))))' */
const KEY_LINE = "dispatch-key-v1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

export function keyFileSuite({ name, crypto }: Provider): void {
  const open = (files: MemoryFiles, mayCreate = true) => openKeyFile(crypto, { files, path: PATH, mayCreate });

  describe(`key file on ${name}`, () => {
    test("openKeyFile creates a key of its own and reads it again", async () => {
      const files = new MemoryFiles();
      const created = await open(files);
      assert.equal(created.wasCreated, true);
      assert.equal(created.key.length, 32);
      assert.deepEqual(await open(files, false), { key: created.key, wasCreated: false });
      assert.notDeepEqual((await open(new MemoryFiles())).key, created.key);
    });

    test("openKeyFile does not create a key where it may not", async () => {
      const files = new MemoryFiles();
      await assert.rejects(open(files, false), refusal("key_file_missing", { path: LOCATION }));
      assert.equal(files.contents.size, 0);
    });

    test("openKeyFile refuses a file to which group or others have any access", async () => {
      for (const [mode, text] of [
        [0o640, "0640"],
        [0o604, "0604"],
        [0o620, "0620"],
        [0o611, "0611"],
      ] as const) {
        const files = new MemoryFiles();
        files.put(PATH, KEY_LINE, mode);
        await assert.rejects(open(files), refusal("key_file_exposed", { path: LOCATION, mode: text }));
      }
    });

    test("openKeyFile refuses a new file that the file system shows to all", async () => {
      const files = new MemoryFiles();
      files.newFileMode = 0o777;
      await assert.rejects(open(files), refusal("key_file_exposed", { path: LOCATION, mode: "0777" }));
    });

    test("openKeyFile takes a file on a platform without modes", async () => {
      const files = new MemoryFiles();
      files.newFileMode = null;
      assert.deepEqual((await open(files)).key, (await open(files)).key);
    });

    test("openKeyFile leaves a file that is no key as it is", async () => {
      const files = new MemoryFiles();
      files.put(PATH, "");
      await assert.rejects(open(files), refusal("key_file_malformed", { path: LOCATION }));
      assert.deepEqual(files.written, []);
    });

    test("verifyKeyCheck accepts the key of sealKeyCheck and refuses every other", async () => {
      const box = await SecretBox.fromKey(crypto, KEY);
      const sealed = await sealKeyCheck(box);
      await verifyKeyCheck(box, sealed, LOCATION);
      const other = await SecretBox.fromKey(crypto, new Uint8Array(32));
      await assert.rejects(verifyKeyCheck(other, sealed, LOCATION), refusal("key_file_mismatch", { path: LOCATION }));
    });
  });
}

export function keyFileFormatSuite(): void {
  test("formatKeyFile writes comments and one line with the key", () => {
    const lines = formatKeyFile(KEY).split("\n");
    assert.deepEqual(
      lines.filter((line) => !line.startsWith("#")),
      [KEY_LINE, ""],
    );
  });

  test("formatKeyFile refuses a key that is not 32 bytes long", () => {
    assert.throws(() => formatKeyFile(new Uint8Array(31)), RangeError);
  });

  test("parseKeyFile reads a key among comments and empty lines, with any line ends", () => {
    for (const text of [KEY_LINE, `${KEY_LINE}\n`, `# a\r\n\r\n${KEY_LINE}\r\n`, formatKeyFile(KEY)]) {
      assert.deepEqual(parseKeyFile(text, LOCATION), KEY);
    }
  });

  test("parseKeyFile refuses everything else", () => {
    const malformed = refusal("key_file_malformed", { path: LOCATION });
    const texts = ["", "# only\n", `${KEY_LINE}A`, KEY_LINE.slice(0, -1), KEY_LINE.replace("v1", "v2"), `x${KEY_LINE}`];
    for (const text of [...texts, `${KEY_LINE}\n${KEY_LINE}`, `#\uFFFD\n\u0000`]) {
      assert.throws(() => parseKeyFile(text, LOCATION), malformed, JSON.stringify(text));
    }
  });
}
