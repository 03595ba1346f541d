/** The directory that holds everything Dispatch keeps. */
import { accessSync, constants, mkdirSync, statSync } from "node:fs";
import { DispatchError } from "../core/error/mod.ts";

/** Makes the directory when it is missing, for the owner only. @throws {DispatchError} `data_directory_unwritable` */
export function prepareDataDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    if (!statSync(path).isDirectory()) throw new TypeError(`Cannot use as a directory: current value is ${path}`);
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new DispatchError("data_directory_unwritable", { path, reason: describe(error) }, { cause: error });
  }
}

function describe(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return reasons[code ?? ""] ?? message;
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EEXIST: "it is a file",
  ENOTDIR: "a part of its path is a file",
  EROFS: "the file system is read-only",
};
