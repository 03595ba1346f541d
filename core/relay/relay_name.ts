/** Names of relays and of routing rules: both go into commands, paths and log rows. */
import type { ConfigViolation } from "../error/mod.ts";

const nameForm = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** What is wrong with `name`, if anything. */
export function checkName(name: string): ConfigViolation[] {
  const rule = "must be 1 to 64 letters, digits, dots, underscores or hyphens, the first a letter or digit";
  return nameForm.test(name) ? [] : [{ key: "name", value: JSON.stringify(name), rule }];
}
