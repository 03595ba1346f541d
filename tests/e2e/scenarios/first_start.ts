/** What a person meets who starts Dispatch for the first time. */
import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { run, until } from "../../support/e2e_process.ts";
import { projectRoot } from "../../support/e2e_project_files.ts";
import type { Stage } from "../../support/e2e_stage.ts";
import type { Scenario } from "../scenario.ts";

/** The lines that the start offers for pasting: each stands alone, indented by four spaces. */
function pasteableLines(stdout: string): string[] {
  return Array.from(stdout.matchAll(/^ {4}(\S.*)$/gm), ([, line]) => line as string);
}

/** Runs a line as someone would who has pasted it into a shell in the project, or beside the program. */
function paste(stage: Stage, line: string) {
  const programs = `${dirname(stage.target.command[0] as string)}${delimiter}${stage.environment.PATH}`;
  return run(["sh", "-c", line], { cwd: projectRoot, env: { ...stage.environment, PATH: programs } });
}

/** Ids of the messages that the line shows. */
async function shownIds(stage: Stage, line: string): Promise<Set<string>> {
  const { code, stdout, stderr } = await paste(stage, line);
  assert.equal(code, 0, `${line}\n${stderr}`);
  return new Set(stdout.match(/spl_[0-9a-f]{32}/g));
}

/** The first start. */
export const firstStart: readonly Scenario[] = [
  {
    name: "a first start says what listens where, and gives a setup code",
    isGuest: true,
    async play(stage) {
      const { service } = stage;
      const block = await until(
        "the block of the first start",
        () => /setup code/i.test(service.stdout) && service.stdout,
      );
      for (const port of Object.values(stage.ports)) assert.match(block, new RegExp(`\\b${port}\\b`));
    },
  },
  {
    name: "the lines that a first start offers send two messages and show them",
    tools: ["sh"],
    isGuest: true,
    async play(stage) {
      const { service } = stage;
      const lines = await until("three lines to paste", () => {
        const found = pasteableLines(service.stdout);
        return found.length >= 3 && found;
      });
      assert.equal(lines.length, 3, lines.join("\n"));
      const [overSmtp, overHttp, toSee] = lines as [string, string, string];
      const before = await shownIds(stage, toSee);
      for (const line of [overSmtp, overHttp]) {
        const result = await paste(stage, line);
        assert.equal(result.code, 0, `${line}\n${result.stdout}${result.stderr}`);
      }
      assert.equal((await shownIds(stage, toSee)).size, before.size + 2);
    },
  },
  {
    name: "what a first start leaves behind is its owner's alone",
    isGuest: true,
    async play(stage) {
      for (const name of ["dispatch.key", "dispatch.db", "spool/spool.db", "tls/automatic.pfx"]) {
        const { mode } = await stat(join(stage.dataDirectory, name));
        assert.equal(mode & 0o077, 0, `${name} has mode ${(mode & 0o777).toString(8)}`);
      }
    },
  },
  {
    name: "a second service on the same data directory is refused, and the first goes on",
    isGuest: true,
    async play(stage) {
      const second = await stage.cli(["serve"], { timeoutMs: 20_000 });
      assert.equal(second.code, 1, second.stderr);
      assert.match(second.stderr, /Another Dispatch is using/);
      await stage.json("health");
    },
  },
  {
    name: "version names the runtime that runs it",
    async play(stage) {
      const version = await stage.json<{ version: string; runtime: string; platform: string }>("version");
      assert.match(version.version, /^\d+\.\d+\.\d+$/);
      assert.ok(version.runtime.toLowerCase().startsWith(stage.target.runtime), version.runtime);
      assert.match(version.platform, new RegExp(process.platform));
    },
  },
];
