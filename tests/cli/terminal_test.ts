/** What is typed on a real terminal, which `script` provides. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { findTool } from "../support/e2e_process.ts";

const program = fileURLToPath(new URL("../support/cli_program.ts", import.meta.url));
const script = findTool("script");
const skip = script === null ? "script (util-linux) is not installed" : false;
if (script === null) console.log("left out: secrets on a terminal (not installed: script)");

/** Runs the command line on a terminal; each answer is typed once its question is on the screen. */
async function onTerminal(
  t: TestContext,
  argv: readonly string[],
  dialogue: readonly [question: string, answer: string][],
) {
  const command = [process.execPath, program, ...argv].map((word) => `'${word}'`).join(" ");
  const child = spawn(script!, ["--quiet", "--return", "--command", command, "/dev/null"]);
  t.after(() => child.kill("SIGKILL"));
  const waiting = [...dialogue];
  let screen = "";
  child.stdout.on("data", (chunk: Buffer) => {
    screen += chunk;
    const [next] = waiting;
    if (next === undefined || !screen.endsWith(next[0])) return;
    waiting.shift();
    child.stdin.write(`${next[1]}\r`);
  });
  const exitCode = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { exitCode, screen };
}

test("admin reset-password asks twice on a terminal, and shows nothing of what is typed", { skip }, async (t) => {
  const { exitCode, screen } = await onTerminal(
    t,
    ["admin", "reset-password"],
    [
      ["New password: ", "correct horse battery"],
      ["Again: ", "correct horse battery"],
    ],
  );
  assert.deepEqual(
    [exitCode, screen.replaceAll("\r", "")],
    [0, "New password: \nAgain: \nThe password is set. Everybody has to sign in again.\n"],
  );
});

test("cert export asks twice for the passphrase of a PFX, and writes none when the two differ", { skip }, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "dispatch-terminal-"));
  t.after(() => rmSync(directory, { recursive: true }));
  const path = join(directory, "a.pfx");
  const argv = ["cert", "export", "--pfx", "--out", path];
  const type = (again: string) =>
    onTerminal(t, argv, [
      ["Passphrase: ", "correct horse"],
      ["Again: ", again],
    ]);
  const differing = await type("correct house");
  assert.deepEqual([differing.exitCode, existsSync(path)], [2, false]);
  const same = await type("correct horse");
  assert.equal(same.exitCode, 0, same.screen);
  assert.equal(readFileSync(path, "utf8"), "a PFX under correct horse");
  assert.doesNotMatch(differing.screen + same.screen, /horse|house/);
});

test("cert export prints no DER on a terminal", { skip }, async (t) => {
  const { exitCode, screen } = await onTerminal(t, ["cert", "export", "--format", "der"], []);
  assert.equal(exitCode, 2);
  assert.match(screen, /^DER is no text for a terminal: give --out FILE\./);
});
