/** A new password, typed twice. */
import { html } from "hono/html";
import { DispatchError } from "../../../core/error/mod.ts";
import { passwordField } from "../form_parts.ts";

/** The two fields. */
export const newPasswordFields = html`${passwordField({
  name: "password",
  label: "New password",
  autocomplete: "new-password",
  hint: "12 characters or more. A few words in a row are easy to keep.",
  least: 12,
})}
${passwordField({ name: "repeated", label: "New password again", autocomplete: "new-password", least: 12 })}`;

/** Reads the two fields. @throws {DispatchError} `password_not_repeated` */
export function readNewPassword(form: FormData): string {
  const password = String(form.get("password") ?? "");
  if (password !== form.get("repeated")) throw new DispatchError("password_not_repeated", {});
  return password;
}
