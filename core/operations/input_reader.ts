/** Checks what an operation was given, and names all that is wrong with it at once. */
import type { z } from "zod";
import { type ConfigViolation, DispatchError } from "../error/mod.ts";

const longestQuote = 100;

/**
 * Returns `input` as the schema makes it.
 *
 * @throws {DispatchError} `input_invalid` with one violation for each field that broke a rule
 */
export function readInput<Schema extends z.ZodType>(
  operation: { readonly name: string; readonly input: Schema },
  input: unknown,
): z.output<Schema> {
  const result = operation.input.safeParse(input);
  if (result.success) return result.data;
  const violations = result.error.issues.flatMap((issue) => describeIssue(issue, input));
  throw new DispatchError("input_invalid", { operation: operation.name, violations });
}

function describeIssue(issue: z.core.$ZodIssue, input: unknown): ConfigViolation[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ key, value: "a value", rule: "is not known here" }));
  }
  const value = isAboutSecrets(issue) ? "another value" : quote(issue.path, input);
  return [{ key: issue.path.join(".") || "input", value, rule: issue.message }];
}

/** A record holds settings or secrets, and so may whatever was given in its place. */
function isAboutSecrets(issue: z.core.$ZodIssue): boolean {
  if (issue.code === "custom") return issue.params?.secret === true;
  return issue.code === "invalid_type" && issue.expected === "record";
}

/** The refused value. What lies inside a record, or a list of them, is not repeated: it may be a secret. */
function quote(path: readonly PropertyKey[], input: unknown): string {
  const value = path.length === 1 ? (input as Record<PropertyKey, unknown>)[path[0]!] : undefined;
  if (value === undefined) return path.length === 1 ? "nothing" : "another value";
  const text = [value].flat().some(isRecord) ? "another value" : JSON.stringify(value);
  return text.length > longestQuote ? `${text.slice(0, longestQuote)}…` : text;
}

function isRecord(value: unknown): boolean {
  return typeof value === "object";
}
