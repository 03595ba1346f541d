/** What the operations on the shared certificate take. */
import { z } from "zod";
import { type Material, maxMaterialFiles } from "../certificate/material.ts";
import { decodeBase64 } from "../ingest/base64.ts";
import { text } from "./input.ts";

const fileRule = "must be files with a name and their content in base64";

const file = z.strictObject(
  {
    name: text(255),
    content: z.string({ error: fileRule }).transform((base64, refinement) => {
      const bytes = decodeBase64(base64);
      if (bytes !== null) return bytes;
      refinement.addIssue({ code: "custom", message: fileRule });
      return z.NEVER;
    }),
  },
  { error: fileRule },
);

const filesRule = `must be 1 to ${maxMaterialFiles} files`;

/** Certificate files, and the passphrase of those that have one. Sizes are checked with the files themselves. */
export const materialFields = {
  files: z.array(file, { error: filesRule }).min(1, { error: filesRule }).max(maxMaterialFiles, { error: filesRule }),
  passphrase: z
    .string({ error: "must be a text" })
    .max(1024, { error: "must have 1024 characters at most" })
    .optional(),
};

/** Fingerprint of the certificate that the author of a change saw in service. */
export const seenField = {
  seen: text(128).optional(),
};

/** What {@link materialFields} were read as, for the core. */
export function materialOf(input: {
  readonly files: readonly { readonly name: string; readonly content: Uint8Array<ArrayBuffer> }[];
  readonly passphrase?: string | undefined;
}): Material {
  return {
    files: input.files.map(({ name, content }) => ({ name, bytes: content })),
    passphrase: input.passphrase ?? null,
  };
}
