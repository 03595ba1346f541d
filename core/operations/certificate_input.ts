/** What the operations on the shared certificate take. */
import { z } from "zod";
import { type KeyKind, keyKinds } from "../certificate/key_kind.ts";
import { type Material, maxMaterialFiles } from "../certificate/material.ts";
import { validityDays } from "../certificate/validity_days.ts";
import { decodeBase64 } from "../ingest/base64.ts";
import { oneOf, secret, text, wholeNumber } from "./input.ts";

const fileRule = "must be a file: its name, and its content in base64";
const filesRule = `must be 1 to ${maxMaterialFiles} files`;

const file = z.strictObject(
  {
    /** A path may be given, as long as paths get. */
    name: text(4096),
    content: z.string({ error: "must be a content in base64" }).transform((base64, refinement) => {
      const bytes = decodeBase64(base64);
      if (bytes !== null) return bytes;
      refinement.addIssue({ code: "custom", message: "must be a content in base64" });
      return z.NEVER;
    }),
  },
  { error: fileRule },
);

/** A passphrase as it was typed; the empty one opens PFX files too. */
export const passphraseField = secret(1024);

/** Certificate files, and the passphrase of those that have one. Sizes are checked with the files themselves. */
export const materialFields = {
  files: z.array(file, { error: filesRule }).min(1, { error: filesRule }).max(maxMaterialFiles, { error: filesRule }),
  passphrase: passphraseField.optional(),
};

/** Fingerprint of the certificate that the author of a change saw in service. */
export const seenField = { seen: text(128).optional() };

const keyKindNames = Object.keys(keyKinds) as [KeyKind, ...KeyKind[]];
const namesRule = "must be a list of 100 names at most";
const names = z.array(text(255), { error: namesRule }).max(100, { error: namesRule });

/** What a generated certificate is to be; whether the names can be certified is checked with them. */
export const generateFields = {
  names: names.optional(),
  addresses: names.optional(),
  key: oneOf(keyKindNames).optional(),
  days: wholeNumber(validityDays.least, validityDays.most).optional(),
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
