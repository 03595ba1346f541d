/** Why a file could not be read or written, as the end of a sentence. */
import { NoPlainFile } from "./cli_io.ts";

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or directory",
  EACCES: "permission is denied",
  EPERM: "permission is denied",
  EISDIR: "it is a directory",
  ENOTDIR: "a part of its path is no directory",
  ENOSPC: "the disk is full",
  EROFS: "the disk is read-only",
};

/** Returns the reason in words; one that has none here goes by the name that the platform gives it. */
export function fileReason(error: unknown): string {
  if (error instanceof NoPlainFile) return "it is there already, and is no plain file";
  const { code } = error as NodeJS.ErrnoException;
  return reasons[code ?? ""] ?? code ?? String(error);
}
