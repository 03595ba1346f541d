/** Who is signed in, and whether a request comes from our own pages: for the admin API and the dashboard. */
import type { Context, MiddlewareHandler } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { AdminAccess, Session, SignIn } from "../core/access/admin_access.ts";
import type { AdminTokenRecord } from "../core/access/admin_token.ts";
import { equalSecrets } from "../core/access/equal_secrets.ts";
import { DispatchError } from "../core/error/mod.ts";
import type { HttpConnection } from "../core/ingest/http_listener.ts";
import { hasForm, readForm } from "./request_body.ts";

/** The prefix has browsers refuse it unless this very host set it over TLS (RFC 6265bis section 4.1.3.2). */
export const sessionCookieName = "__Host-dispatch-session";

/** Types of the contexts behind the guards. */
export interface AdminEnv {
  Bindings: HttpConnection;
  /** In the admin API there is a token, or else a session; in the dashboard always a session. */
  Variables: { session: Session; token: AdminTokenRecord | undefined };
}

const cookieOptions = { path: "/", secure: true, httpOnly: true, sameSite: "Strict" } as const;
const safeMethods: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** The session that the request's cookie belongs to, whose time starts anew; `null` when there is none. */
export async function findSession(context: Context, access: Pick<AdminAccess, "session">): Promise<Session | null> {
  const token = getCookie(context, sessionCookieName);
  return token === undefined ? null : access.session(token);
}

/** Lets in who is signed in, and sets `session`. @throws {DispatchError} `not_signed_in` */
export function requireSession(access: Pick<AdminAccess, "session">): MiddlewareHandler<AdminEnv> {
  return async (context, next) => {
    const session = await findSession(context, access);
    if (session === null) throw new DispatchError("not_signed_in", {});
    context.set("session", session);
    await next();
  };
}

/**
 * Lets in changes that our own page, or a program that knows the session's token, asks for; after {@link requireSession}.
 *
 * The token comes in the `X-CSRF-Token` header or in the form's field `csrf`; what follows reads the form with `readForm`.
 *
 * @throws {DispatchError} `request_forged`
 */
export function requireUnforged(): MiddlewareHandler<AdminEnv> {
  return async (context, next) => {
    if (!safeMethods.has(context.req.method)) {
      const given = context.req.header("x-csrf-token") ?? (await csrfField(context)) ?? "";
      const isOurs = equalSecrets(given, context.get("session").csrfToken);
      if (!isOurs || isFromElsewhere(context)) throw new DispatchError("request_forged", {});
    }
    await next();
  };
}

/** Refuses what another site's page sends, where there is no session yet: sign-in and setup. @throws {DispatchError} `request_forged` */
export function refuseCrossSite(): MiddlewareHandler {
  return async (context, next) => {
    if (isFromElsewhere(context)) throw new DispatchError("request_forged", {});
    await next();
  };
}

/** Gives the browser its session. */
export function startSession(context: Context, { token }: Pick<SignIn, "token">): void {
  setCookie(context, sessionCookieName, token, cookieOptions);
}

/** Takes the session's cookie from the browser. */
export function endSession(context: Context): void {
  deleteCookie(context, sessionCookieName, cookieOptions);
}

async function csrfField(context: Context): Promise<string | null> {
  const field = hasForm(context) ? (await readForm(context)).get("csrf") : null;
  return typeof field === "string" ? field : null;
}

/**
 * Whether a browser says that another site's page made the request.
 *
 * `Sec-Fetch-Site` is decisive where it is sent: a page can't forge it, and it holds behind a proxy that changes `Host`.
 * `Origin` stands in for it in older browsers. Programs send neither.
 */
function isFromElsewhere({ req }: Context): boolean {
  const site = req.header("sec-fetch-site");
  if (site !== undefined) return site !== "same-origin" && site !== "none";
  const origin = req.header("origin");
  return origin !== undefined && hostOf(origin) !== hostOf(req.url);
}

function hostOf(url: string): string | null {
  return URL.parse(url)?.host ?? null;
}
