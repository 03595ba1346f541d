/** What every refusal answers: a problem document (RFC 9457). */
import { z } from "zod";
import { finding } from "./certificate.ts";
import { list, named, text } from "./shape.ts";

/** `code` is stable; `errors` and `findings` are there where several things may be wrong. */
export const problem = named("Problem", {
  type: text,
  title: text,
  status: z.int(),
  detail: text,
  code: text,
  errors: z.exactOptional(list(z.object({ path: text, message: text }))),
  findings: z.exactOptional(list(finding)),
});
