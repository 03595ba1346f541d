/** What a route of the admin API is: one record that says what answers, and what the OpenAPI document tells of it. */
import type { Handler } from "hono";
import type { z } from "zod";
import type { AdminScope } from "../../core/access/admin_token.ts";
import type { ErrorCode } from "../../core/error/mod.ts";
import type { AdminEnv } from "../session.ts";

/** Methods that routes have; `HEAD` is answered wherever `GET` is. */
export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Where a request carries what it says, beside its path. */
export type Carrier = "query" | "json" | "form";

/** One kind of answer that is no refusal. */
export interface Answer {
  readonly status: number;
  /** The schema of a JSON answer; `null` where the answer is bytes. */
  readonly schema: z.ZodType | null;
  /** Media types; none where there is no body. Default: `application/json`. */
  readonly mediaTypes?: readonly string[];
  /** Names of the headers that it comes with. */
  readonly headers?: readonly string[];
}

/** One route. */
export interface ApiRoute {
  /** In the OpenAPI document; unique. */
  readonly id: string;
  readonly method: Method;
  /** Below `/api`, with `{name}` where a parameter stands. */
  readonly path: string;
  readonly summary: string;
  readonly carrier: Carrier;
  /** Schema of the path's parameters and of what is carried, as it is given; `null` where nothing is. */
  readonly takes: z.ZodType | null;
  readonly answers: readonly Answer[];
  /** Codes of errors beyond those that every route of its kind can answer. */
  readonly refuses: readonly ErrorCode[];
  /** Who may ask: anybody at all, whoever signed in, or a program with a token, too. */
  readonly for: "visitors" | "sessions" | "administrators";
  /** Scopes of tokens, each of which is enough where nothing but the path is given. */
  readonly scopes: readonly AdminScope[];
  readonly handler: Handler<AdminEnv>;
}
