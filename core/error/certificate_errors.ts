/** Errors that an operator can meet when the shared certificate is changed. */
import type { Finding } from "../certificate/finding.ts";
import { defineError } from "./definition.ts";

export const certificateErrors = {
  certificate_refused: defineError<{ findings: readonly Finding[] }>({
    status: 422,
    message: ({ findings }) =>
      findings
        .filter(({ severity }) => severity === "error")
        .map(({ file, message }) => (file === null ? message : `${file}: ${message}`))
        .join(" "),
    remedy: ({ findings }) =>
      `${findings.find(({ severity }) => severity === "error")?.remedy ?? ""} Nothing was changed.`.trim(),
  }),
  certificate_request_invalid: defineError<{ violations: readonly { path: string; message: string }[] }>({
    status: 422,
    exitCode: 2,
    message: ({ violations }) => violations.map(({ message }) => message).join(" "),
    remedy: () => "Nothing was changed.",
  }),
  certificate_changed: defineError<{ by: string; fingerprintSha256: string }>({
    status: 409,
    message: ({ by }) => `Another certificate was put in service meanwhile, by ${by}.`,
    remedy: () => "Nothing was changed. Look at the one in service now, and decide again.",
  }),
  certificate_record_unknown: defineError<{ id: string }>({
    status: 404,
    message: ({ id }) => `There is no earlier certificate ${JSON.stringify(id)}.`,
    remedy: () => "See: dispatch cert history",
  }),
  certificate_not_stored: defineError<{ path: string; reason: string }>({
    status: 500,
    message: ({ path, reason }) => `The certificate could not be stored at ${path}: ${reason}.`,
    remedy: () => "The one that was in service goes on. Put right what keeps Dispatch from writing there.",
  }),
  passphrase_too_short: defineError<{ least: number }>({
    status: 422,
    exitCode: 2,
    message: ({ least }) => `A passphrase for an exported key has at least ${least} characters.`,
    remedy: () => "Choose a longer one; whoever has the file and the passphrase has the key.",
  }),
} as const;
