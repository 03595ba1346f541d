/** The ways to run Dispatch, each judged by the same scenarios. */
import { projectRoot } from "../support/e2e_project_files.ts";

/** A command that is Dispatch. */
export interface Target {
  readonly name: "bun" | "node" | "binary";
  /** What `runtime` of `dispatch version` has to begin with. */
  readonly runtime: string;
  readonly command: readonly string[];
}

const programs = `${projectRoot}node_modules/.bin`;

/** From source under Bun. */
export const bunTarget: Target = {
  name: "bun",
  runtime: "bun",
  command: [`${programs}/bun`, "--no-env-file", `${projectRoot}runtime-bun/main.ts`],
};

/** From source under Node. */
export const nodeTarget: Target = {
  name: "node",
  runtime: "node",
  command: [`${programs}/node`, `${projectRoot}runtime-node/main.js`],
};

/** The compiled program; `npm run build` makes it. */
export const binaryTarget: Target = {
  name: "binary",
  runtime: "bun",
  command: [`${projectRoot}dist/dispatch`],
};
