/** The commands of README.md, pasted as they stand. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { run } from "../../support/e2e_process.ts";
import { projectRoot } from "../../support/e2e_project_files.ts";
import type { Scenario } from "../scenario.ts";

const throughNpm = "npm run -s dispatch --";

/** The README's commands. */
export const readme: readonly Scenario[] = [
  {
    name: "every command of README.md ends well beside a running service",
    tools: ["sh"],
    async play(stage) {
      await stage.start();
      const text = await readFile(`${projectRoot}README.md`, "utf8");
      const lines = text.split("\n").filter((line) => line.startsWith(throughNpm));
      assert.ok(lines.length >= 6);
      for (const line of lines) {
        const command = line.replace(throughNpm, stage.target.command.join(" "));
        const result = await run(["sh", "-c", command], {
          cwd: stage.folder,
          env: stage.environment,
          input: "a password\n",
        });
        assert.equal(result.code, 0, `${line}\n${result.stderr}`);
      }
    },
  },
];
