/** Errors that keep the service, or a command, from opening its data directory. */
import { defineError } from "./definition.ts";

export const startErrors = {
  data_directory_unwritable: defineError<{ path: string; reason: string }>({
    status: 500,
    message: ({ path, reason }) => `The data directory ${path} can't be written: ${reason}.`,
    remedy: () => "Give the user that runs Dispatch write access to it, or name another with DISPATCH_DATA_DIR.",
  }),
  data_directory_in_use: defineError<{ path: string }>({
    status: 409,
    message: ({ path }) => `Another Dispatch is using the data directory ${path}.`,
    remedy: () => "Stop it first, or name another data directory with DISPATCH_DATA_DIR.",
  }),
  key_file_exposed: defineError<{ path: string; mode: string }>({
    status: 500,
    message: ({ path, mode }) => `The key file ${path} can be read by others (mode ${mode}).`,
    remedy: ({ path }) => `Run: chmod 600 ${path}. If others could read it for long, replace the credentials too.`,
  }),
  key_file_malformed: defineError<{ path: string }>({
    status: 500,
    message: ({ path }) => `The key file ${path} is not a Dispatch key.`,
    remedy: () => "Put the right key file back from a backup, or name it with DISPATCH_KEY_FILE.",
  }),
  key_file_missing: defineError<{ path: string }>({
    status: 500,
    message: ({ path }) => `The key file ${path} is missing, but the database holds secrets that were sealed with it.`,
    remedy: () => "Put the key file back from a backup, or name it with DISPATCH_KEY_FILE.",
  }),
  key_file_mismatch: defineError<{ path: string }>({
    status: 500,
    message: ({ path }) => `The key file ${path} does not open the secrets in the database.`,
    remedy: () => "Put back the key file that belongs to this database, or name it with DISPATCH_KEY_FILE.",
  }),
  database_foreign: defineError<{ path: string }>({
    status: 500,
    message: ({ path }) => `The file ${path} is not a Dispatch database.`,
    remedy: () => "Move it away, or name another file with DISPATCH_DATABASE_URL. Nothing was changed in it.",
  }),
  database_newer: defineError<{ path: string; found: number; known: number }>({
    status: 500,
    message: ({ path, found, known }) =>
      `The database ${path} has schema version ${found}; this Dispatch knows versions up to ${known}.`,
    remedy: () => "Run the newer Dispatch that wrote it, or restore a backup from before. Nothing was changed in it.",
  }),
  database_unusable: defineError<{ path: string; reason: string }>({
    status: 500,
    message: ({ path, reason }) => `The database ${path} can't be used: ${reason}.`,
    remedy: () =>
      "See that the file is there, readable and writable, that the disk has room, and that no other program locks it.",
  }),
  spool_damaged: defineError<{ path: string; reason: string }>({
    status: 500,
    message: ({ path, reason }) => `The spool ${path} is damaged: ${reason}. It was left exactly as it is.`,
    remedy: () =>
      "Run: dispatch queue recover. It keeps the damaged file and puts what can be read of it into a new spool.",
  }),
  nothing_bound: defineError<Record<string, never>>({
    status: 500,
    message: () => "No listener could be bound, so there is nothing to serve.",
    remedy: () => "Free the ports named above, or choose others with: dispatch config set listener.ports '[2525]'.",
  }),
  environment_unknown: defineError<{ name: string; nearest: string }>({
    status: 400,
    exitCode: 2,
    message: ({ name }) => `The environment variable ${name} means nothing to Dispatch.`,
    remedy: ({ nearest }) => `Did you mean ${nearest}?`,
  }),
} as const;
