/** The files of the project, as the tests of the house read them. */
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** Absolute path of the project's root, with a `/` at its end. */
export const projectRoot = fileURLToPath(new URL("../../", import.meta.url));

/** A file with its path from the root of the project. */
export interface ProjectFile {
  readonly path: string;
  readonly text: string;
}

/** Reads all files under `folder` whose name matches, in the order of their paths. */
export async function listProjectFiles(folder: string, name: RegExp): Promise<ProjectFile[]> {
  const found = await readdir(`${projectRoot}${folder}`, { recursive: true, withFileTypes: true });
  const paths = found
    .filter((entry) => entry.isFile() && name.test(entry.name) && !entry.parentPath.includes("node_modules"))
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(projectRoot.length))
    .sort();
  return Promise.all(paths.map(async (path) => ({ path, text: await readFile(`${projectRoot}${path}`, "utf8") })));
}
