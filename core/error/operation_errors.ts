/** Errors that an operator can meet in the command line, the admin API or the dashboard. */
import { defineError } from "./definition.ts";

/** One setting that was refused, with the rule that it broke. */
export interface ConfigViolation {
  readonly key: string;
  /** The refused value as text, masked when the key is secret. */
  readonly value: string;
  /** The rule, as the end of a sentence: "must be a whole number from 1 to 32". */
  readonly rule: string;
}

export const operationErrors = {
  purge_running: defineError<{ startedAt: string }>({
    status: 409,
    message: ({ startedAt }) => `A purge is under way since ${startedAt}.`,
    remedy: () => "Wait for its end: dispatch purge list",
  }),
  usage_wrong: defineError<{ reason: string; nearest?: string; command?: string }>({
    status: 400,
    exitCode: 2,
    message: ({ reason }) => reason,
    remedy: ({ nearest, command }) =>
      nearest === undefined ? `See: ${command ?? "dispatch"} --help` : `Did you mean ${nearest}?`,
  }),
  operation_unknown: defineError<{ name: string }>({
    status: 404,
    message: ({ name }) => `There is no operation ${JSON.stringify(name)}.`,
    remedy: () => "The command and the running Dispatch are of different versions: start the service again.",
  }),
  input_invalid: defineError<{ operation: string; violations: readonly ConfigViolation[] }>({
    status: 422,
    exitCode: 2,
    message: ({ violations }) => violations.map((v) => `${v.key} ${v.rule}; ${v.value} was given.`).join(" "),
    remedy: () => "Nothing was done.",
  }),
  config_key_unknown: defineError<{ key: string; nearest: string }>({
    status: 404,
    exitCode: 2,
    message: ({ key }) => `There is no setting ${JSON.stringify(key)}.`,
    remedy: ({ nearest }) => `Did you mean ${nearest}?`,
  }),
  config_invalid: defineError<{ violations: readonly ConfigViolation[] }>({
    status: 422,
    exitCode: 2,
    message: ({ violations }) => violations.map((v) => `${v.key} ${v.rule}; ${v.value} was given.`).join(" "),
    remedy: () => "Nothing was stored.",
  }),
  config_uncertain: defineError<{ keys: readonly string[]; reason: string }>({
    status: 503,
    message: ({ keys, reason }) => `Whether ${keys.join(", ")} was stored is not known: ${reason}.`,
    remedy: () => "Look at it again once the database answers; until then the earlier value is in force.",
  }),
  config_pinned: defineError<{ key: string; variable: string }>({
    status: 409,
    message: ({ key, variable }) => `${key} is pinned by the environment variable ${variable}.`,
    remedy: ({ variable }) => `Change it there, or remove ${variable} and start Dispatch again.`,
  }),
  config_not_settable: defineError<{ key: string; how: string }>({
    status: 409,
    message: ({ key }) => `${key} is written by Dispatch itself.`,
    remedy: ({ how }) => how,
  }),
  listener_unbindable: defineError<{ listener: string; port: number; reason: string }>({
    status: 409,
    message: ({ listener, port, reason }) => `The ${listener} listener can't be bound to port ${port}: ${reason}.`,
    remedy: () => "Free the port or choose another. The listener goes on as it was.",
  }),
  relay_unknown: defineError<{ name: string; nearest?: string }>({
    status: 404,
    message: ({ name }) => `There is no relay ${JSON.stringify(name)}.`,
    remedy: ({ nearest }) => (nearest === undefined ? "See: dispatch relay list" : `Did you mean ${nearest}?`),
  }),
  relay_exists: defineError<{ name: string }>({
    status: 409,
    message: ({ name }) => `There is a relay ${JSON.stringify(name)} already.`,
    remedy: ({ name }) => `Choose another name, or change it with: dispatch relay set ${name}`,
  }),
  relay_is_default: defineError<{ name: string }>({
    status: 409,
    message: ({ name }) => `${JSON.stringify(name)} is the default relay.`,
    remedy: () => "Make another the default first: dispatch relay set-default NAME",
  }),
  relay_setting_unknown: defineError<{ provider: string; setting: string; nearest: string }>({
    status: 422,
    exitCode: 2,
    message: ({ provider, setting }) => `The provider ${provider} has no setting ${JSON.stringify(setting)}.`,
    remedy: ({ nearest }) => `Did you mean ${nearest}?`,
  }),
  provider_without_settings: defineError<{ provider: string; setting: string }>({
    status: 422,
    exitCode: 2,
    message: ({ provider, setting }) =>
      `The provider ${provider} has no settings, and so no ${JSON.stringify(setting)}.`,
  }),
  relay_unusable: defineError<{ name: string; reason: string }>({
    status: 409,
    message: ({ name, reason }) => `The relay ${JSON.stringify(name)} can't be used: ${reason}`,
  }),
  relay_invalid: defineError<{ violations: readonly ConfigViolation[] }>({
    status: 422,
    exitCode: 2,
    message: ({ violations }) => violations.map((v) => `${v.key} ${v.rule}; ${v.value} was given.`).join(" "),
    remedy: () => "Nothing was stored.",
  }),
  relay_disabled: defineError<{ name: string }>({
    status: 409,
    message: ({ name }) => `The relay ${JSON.stringify(name)} is disabled.`,
    remedy: ({ name }) => `Enable it first: dispatch relay enable ${name}`,
  }),
  relay_secret_in_the_open: defineError<{ setting: string }>({
    status: 422,
    exitCode: 2,
    message: ({ setting }) => `The setting ${setting} is a secret and is not taken from an argument.`,
    remedy: ({ setting }) =>
      `Give it as --set ${setting}=- (a prompt, or standard input) or as --secret-file ${setting}=FILE.`,
  }),
  provider_unknown: defineError<{ provider: string; nearest: string }>({
    status: 422,
    exitCode: 2,
    message: ({ provider }) => `There is no provider ${JSON.stringify(provider)}.`,
    remedy: ({ nearest }) => `Did you mean ${nearest}?`,
  }),
  relay_is_fallback: defineError<{ name: string; of: readonly string[] }>({
    status: 409,
    message: ({ name, of }) => `${JSON.stringify(name)} is the fallback of ${of.join(", ")}.`,
    remedy: ({ of }) => `Give that one another first: dispatch relay set ${of[0]} --fallback none`,
  }),
  rule_unknown: defineError<{ name: string; nearest?: string }>({
    status: 404,
    message: ({ name }) => `There is no routing rule ${JSON.stringify(name)}.`,
    remedy: ({ nearest }) => (nearest === undefined ? "See: dispatch route list" : `Did you mean ${nearest}?`),
  }),
  rule_exists: defineError<{ name: string }>({
    status: 409,
    message: ({ name }) => `There is a routing rule ${JSON.stringify(name)} already.`,
    remedy: ({ name }) => `Choose another name, or change it with: dispatch route set ${name}`,
  }),
  rule_invalid: defineError<{ violations: readonly ConfigViolation[] }>({
    status: 422,
    exitCode: 2,
    message: ({ violations }) => violations.map((v) => `${v.key} ${v.rule}; ${v.value} was given.`).join(" "),
    remedy: () => "Nothing was stored.",
  }),
  rules_too_many: defineError<{ what: string; max: number }>({
    status: 409,
    message: ({ what, max }) => `There can be no more than ${max} ${what}.`,
    remedy: () => "Name several domains in one rule, or all below one as in *.example.org.",
  }),
  api_key_unknown: defineError<{ id: string }>({
    status: 404,
    message: ({ id }) => `There is no API key ${JSON.stringify(id)}.`,
    remedy: () => "See: dispatch key list",
  }),
  api_key_exists: defineError<{ name: string }>({
    status: 409,
    message: ({ name }) => `There is an API key named ${JSON.stringify(name)} already.`,
    remedy: () => "Choose another name, or revoke it first: dispatch key revoke ID",
  }),
  user_unknown: defineError<{ name: string }>({
    status: 404,
    message: ({ name }) => `There is no SMTP user ${JSON.stringify(name)}.`,
    remedy: () => "See: dispatch user list",
  }),
  user_exists: defineError<{ name: string }>({
    status: 409,
    message: ({ name }) => `There is an SMTP user ${JSON.stringify(name)} already.`,
    remedy: ({ name }) => `Choose another name, or change it with: dispatch user set ${name}`,
  }),
  queue_entry_unknown: defineError<{ id: string }>({
    status: 404,
    message: ({ id }) => `There is no message ${JSON.stringify(id)} in the queue.`,
    remedy: () => "See: dispatch queue list",
  }),
  queue_entry_busy: defineError<{ id: string }>({
    status: 409,
    message: ({ id }) => `Message ${id} is being delivered right now.`,
    remedy: () => "Try again in a moment.",
  }),
  queue_entry_unreadable: defineError<{ id: string; reason: string }>({
    status: 409,
    message: ({ id, reason }) => `Message ${id} can't be read: ${reason}.`,
    remedy: () => "It stays in the spool for whoever can repair it. To give it up, delete it: dispatch queue delete ID",
  }),
  message_too_large_to_read: defineError<{ id: string; sizeBytes: number; maxBytes: number }>({
    status: 413,
    message: ({ id, sizeBytes, maxBytes }) =>
      `Message ${id} has ${sizeBytes} bytes; those of up to ${maxBytes} are taken apart to be read.`,
    remedy: () => "Save it as it is, and open it with a mail program: dispatch queue show ID --content",
  }),
  message_not_readable: defineError<{ id: string; reason: string }>({
    status: 422,
    message: ({ id, reason }) => `Message ${id} can't be taken apart: ${reason}.`,
    remedy: () => "Save it as it is, and look at it with care: dispatch queue show ID --content",
  }),
  attachment_unknown: defineError<{ id: string; index: number }>({
    status: 404,
    message: ({ id, index }) => `Message ${id} has no attachment ${index}.`,
    remedy: () => "They are numbered from 0. See: dispatch queue read ID",
  }),
  secret_unreadable: defineError<{ place: string }>({
    status: 500,
    message: ({ place }) => `The secret ${place} can't be opened with the key file.`,
    remedy: () => "Enter it again, or put back the key file that it was sealed with.",
  }),
  certificate_unreadable: defineError<{ path: string; reason: string }>({
    status: 500,
    message: ({ path, reason }) => `The certificate file ${path} can't be read: ${reason}.`,
    remedy: () => "Put it back from a backup, or remove the certificate to go back to the automatic one.",
  }),
  certificate_invalid: defineError<{ reason: string }>({
    status: 422,
    message: ({ reason }) => `The certificate can't be used: ${reason}.`,
  }),
  certificate_key_mismatch: defineError<Record<string, never>>({
    status: 422,
    message: () => "The private key does not belong to the certificate.",
    remedy: () => "Give the key that the certificate was requested with.",
  }),
  pfx_password_wrong: defineError<Record<string, never>>({
    status: 422,
    message: () => "The password does not open the PFX file, or the file is damaged.",
  }),
  pfx_unreadable: defineError<{ reason: string }>({
    status: 422,
    message: ({ reason }) => `The PFX file can't be read: ${reason}.`,
  }),
  input_file_unreadable: defineError<{ path: string; reason: string }>({
    status: 400,
    exitCode: 2,
    message: ({ path, reason }) => `The file ${JSON.stringify(path)} can't be read: ${reason}.`,
  }),
  output_file_unwritable: defineError<{ path: string; reason: string }>({
    status: 400,
    message: ({ path, reason }) => `The file ${JSON.stringify(path)} can't be written: ${reason}.`,
  }),
  service_answer_unknown: defineError<{ reason: string }>({
    status: 502,
    message: ({ reason }) => `The running Dispatch gave an answer that this command does not understand: ${reason}.`,
    remedy: () => "The two are of different versions: start the service again.",
  }),
  control_channel_unusable: defineError<{ path: string; reason: string }>({
    status: 503,
    message: ({ path, reason }) => `The control socket ${path} can't be used: ${reason}.`,
    remedy: () => "Run the command as the user that runs Dispatch.",
  }),
  message_refused: defineError<{ answer: string }>({
    status: 422,
    message: ({ answer }) => `The message was not taken: ${answer}`,
  }),
  service_unreachable: defineError<{ path: string }>({
    status: 503,
    message: ({ path }) => `No Dispatch is running on the data directory ${path}.`,
    remedy: () => "Start it with: dispatch serve",
  }),
} as const;
