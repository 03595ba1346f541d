/** The dashboard's certificate files that the environment names, read as they are. */
import { basename } from "node:path";
import type { CertificatePair } from "../core/certificate/dashboard_certificate.ts";
import { type GivenFile, maxMaterialBytes } from "../core/certificate/material.ts";
import { DispatchError } from "../core/error/mod.ts";
import { TooMuchInput } from "./cli/cli_io.ts";
import { fileReason } from "./cli/file_reason.ts";
import { readLimited } from "./cli/given_files.ts";
import type { Environment } from "./environment.ts";

/** The pair, to be read whenever it may have changed; `null` where the environment names none. */
export function dashboardPair({
  dashboardCertificate: paths,
}: Pick<Environment, "dashboardCertificate">): CertificatePair | null {
  if (paths === null) return null;
  // Certificate and key may be in one file.
  const distinct = [...new Set([paths.certPath, paths.keyPath])];
  return {
    paths,
    async read() {
      const files: GivenFile[] = [];
      // One after the other, so that of two that can't be read it is always the first that is told.
      for (const path of distinct) files.push(await readFile(path));
      return { files, passphrase: null };
    },
  };
}

async function readFile(path: string): Promise<GivenFile> {
  try {
    return { name: basename(path), bytes: await readLimited(path, maxMaterialBytes) };
  } catch (cause) {
    const reason = cause instanceof TooMuchInput ? cause.message : fileReason(cause);
    throw new DispatchError("input_file_unreadable", { path, reason }, { cause });
  }
}
