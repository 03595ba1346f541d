/** Which Dispatch this is. */

import type { VersionDocument } from "../core/operations/operation_context.ts";
import packageFile from "../package.json" with { type: "json" };

/** Set by the compiler of the single binary; absent when run from source. */
declare const DISPATCH_COMMIT: string | undefined;

/** Version, commit, runtime and platform of this process. */
export function describeVersion(): VersionDocument {
  const { bun, node } = process.versions;
  return {
    version: packageFile.version,
    commit: typeof DISPATCH_COMMIT === "undefined" ? null : DISPATCH_COMMIT,
    runtime: bun === undefined ? `node ${node}` : `bun ${bun}`,
    platform: `${process.platform}-${process.arch}`,
  };
}
