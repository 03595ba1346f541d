/** What a request gives to an operation: the parameters of its path, and its query or its body. */
import type { Context } from "hono";
import { DispatchError } from "../../core/error/mod.ts";
import { readJson } from "../request_body.ts";
import type { AdminEnv } from "../session.ts";
import { readMaterial } from "./material_request.ts";
import type { Carrier } from "./route.ts";

/** Fields by name. */
export type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads what is given. What the path says stands nowhere else.
 *
 * @throws {DispatchError} `request_invalid`, and as the reading of a body does
 */
export async function readGiven(context: Context<AdminEnv>, carrier: Carrier): Promise<unknown> {
  const named = context.req.param() as Readonly<Record<string, string>>;
  const carried = await carriers[carrier](context);
  const names = Object.keys(named);
  if (names.length === 0) return carried;
  if (!isFields(carried)) throw invalid(["body"], "must be an object");
  const twice = names.filter((name) => Object.hasOwn(carried, name));
  if (twice.length > 0) throw invalid(twice, "is in the path already");
  return { ...carried, ...named };
}

const carriers: Readonly<Record<Carrier, (context: Context<AdminEnv>) => unknown>> = {
  query: readQuery,
  json: readJson,
  form: readMaterial,
};

function readQuery({ req }: Context): Fields {
  const { searchParams } = new URL(req.url);
  const repeated = [...new Set(searchParams.keys())].filter((name) => searchParams.getAll(name).length > 1);
  if (repeated.length > 0) throw invalid(repeated, "is given more than once");
  return Object.fromEntries(searchParams);
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalid(paths: readonly string[], message: string): DispatchError {
  return new DispatchError("request_invalid", { errors: paths.map((path) => ({ path, message })) });
}
