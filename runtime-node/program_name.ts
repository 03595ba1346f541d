/** How this Dispatch is called from a shell. */
import { resolve } from "node:path";
import type { Environment } from "./environment.ts";

/** Data directory when nothing names one: of a checkout, and of the single binary. */
const sourceDataDirectory = ".dispatch";
const installedDataDirectory = "/var/lib/dispatch";

/** Whether this process is the single binary. */
function isBinary(): boolean {
  return !/^(bun|node)(\.exe)?$/i.test(process.execPath.split(/[\\/]/).at(-1)!);
}

/** Where data is kept when nothing names a directory. */
export function defaultDataDirectory(): string {
  return isBinary() ? installedDataDirectory : sourceDataDirectory;
}

/** Words that start the command line on the data directory of `environment`, for a shell in this directory. */
export function commandOf({ dataDirectory }: Pick<Environment, "dataDirectory">): string {
  const script = process.versions.bun === undefined ? "dispatch:node" : "dispatch";
  const command = isBinary() ? quote(process.execPath) : `npm run -s ${script} --`;
  const isDefault = dataDirectory === resolve(defaultDataDirectory());
  return isDefault ? command : `${command} --data-dir ${quote(dataDirectory)}`;
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `"${word.replaceAll(/(["$`\\])/g, "\\$1")}"`;
}
