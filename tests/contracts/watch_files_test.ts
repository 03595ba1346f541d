/** The watch over files notices each way in which certificates are replaced in the field, and nothing else. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { type FileWatch, watchFiles } from "../../runtime-node/watch_files.ts";
import { until } from "../support/e2e_process.ts";

describe("watchFiles", () => {
  let folder: string;
  let watch: FileWatch | undefined;
  let changes = 0;

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "dispatch-watch-")));
    changes = 0;
  });

  afterEach(() => {
    watch?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const at = (...names: string[]): string => join(folder, ...names);

  async function follow(...paths: string[]): Promise<void> {
    watch = await watchFiles(paths, { onChange: () => changes++, onUnwatched: assert.fail });
  }

  /** Acts, and waits until that was noticed and the watch is up again. */
  async function noticed(what: string, act: () => void): Promise<void> {
    const before = changes;
    act();
    await until(`${what} to be noticed`, () => changes > before, 5000);
  }

  function replace(path: string, text: string): void {
    writeFileSync(`${path}.new`, text);
    renameSync(`${path}.new`, path);
  }

  it("notices a file that is written in place, and again", async () => {
    writeFileSync(at("cert.pem"), "1");
    await follow(at("cert.pem"));
    await noticed("the first write", () => writeFileSync(at("cert.pem"), "2"));
    await noticed("the second write", () => writeFileSync(at("cert.pem"), "3"));
  });

  it("notices a file that another is renamed to, and what is written to that one", async () => {
    writeFileSync(at("cert.pem"), "1");
    await follow(at("cert.pem"));
    await noticed("the rename", () => replace(at("cert.pem"), "2"));
    await noticed("the next rename", () => replace(at("cert.pem"), "3"));
    await noticed("the write", () => writeFileSync(at("cert.pem"), "4"));
  });

  it("notices a link in certbot's live/ that leads to another file of archive/", async () => {
    for (const name of ["live", "archive"]) mkdirSync(at(name));
    for (const name of ["cert1.pem", "cert2.pem"]) writeFileSync(at("archive", name), name);
    symlinkSync("../archive/cert1.pem", at("live", "cert.pem"));
    await follow(at("live", "cert.pem"));
    await noticed("the link", () => {
      symlinkSync("../archive/cert2.pem", at("live", "new"));
      renameSync(at("live", "new"), at("live", "cert.pem"));
    });
    await noticed("the file behind the new link", () => writeFileSync(at("archive", "cert2.pem"), "renewed"));
  });

  it("notices Kubernetes' swap of the link ..data, time after time", async () => {
    mkdirSync(at("..1"));
    writeFileSync(at("..1", "tls.crt"), "1");
    symlinkSync("..1", at("..data"));
    symlinkSync("..data/tls.crt", at("tls.crt"));
    await follow(at("tls.crt"));
    for (const version of [2, 3]) {
      await noticed(`version ${version}`, () => {
        mkdirSync(at(`..${version}`));
        writeFileSync(at(`..${version}`, "tls.crt"), String(version));
        symlinkSync(`..${version}`, at("..data_tmp"));
        renameSync(at("..data_tmp"), at("..data"));
        rmSync(at(`..${version - 1}`), { recursive: true });
      });
    }
  });

  it("notices a whole directory that is replaced, and what is written in the new one", async () => {
    mkdirSync(at("tls"));
    writeFileSync(at("tls", "cert.pem"), "1");
    await follow(at("tls", "cert.pem"));
    await noticed("the directory", () => {
      renameSync(at("tls"), at("old"));
      mkdirSync(at("tls"));
      writeFileSync(at("tls", "cert.pem"), "2");
    });
    await noticed("the write", () => writeFileSync(at("tls", "cert.pem"), "3"));
  });

  it("notices a file that was not there, nor its directory", async () => {
    await follow(at("mount", "tls", "cert.pem"));
    await noticed("the file", () => {
      mkdirSync(at("mount", "tls"), { recursive: true });
      writeFileSync(at("mount", "tls", "cert.pem"), "1");
    });
    await noticed("the write", () => writeFileSync(at("mount", "tls", "cert.pem"), "2"));
  });

  it("takes two files that change one right after the other for one change", async () => {
    for (const name of ["cert.pem", "key.pem"]) writeFileSync(at(name), "1");
    await follow(at("cert.pem"), at("key.pem"));
    await noticed("both", () => {
      replace(at("cert.pem"), "2");
      replace(at("key.pem"), "2");
    });
    await noticed("a later change", () => replace(at("key.pem"), "3"));
    assert.equal(changes, 2);
  });

  it("does not mind the neighbours of a file", async () => {
    for (const name of ["cert.pem", "other"]) writeFileSync(at(name), "1");
    await follow(at("cert.pem"));
    writeFileSync(at("other"), "2");
    replace(at("other"), "3");
    // Events come in order, so the neighbours' would have been there before this one's.
    await noticed("the file itself", () => writeFileSync(at("cert.pem"), "2"));
    assert.equal(changes, 1);
  });

  it("is silent once it is closed", async () => {
    writeFileSync(at("cert.pem"), "1");
    await follow(at("cert.pem"));
    let otherChanges = 0;
    const other = await watchFiles([at("cert.pem")], { onChange: () => otherChanges++, onUnwatched: assert.fail });
    other.close();
    await noticed("the write", () => writeFileSync(at("cert.pem"), "2"));
    assert.equal(otherChanges, 0);
  });
});
