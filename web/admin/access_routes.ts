/** `/api/auth`: first visit, sign-in, sign-out, password. */
import type { Context } from "hono";
import { z } from "zod";
import type { Session } from "../../core/access/admin_access.ts";
import { DispatchError, type ErrorCode } from "../../core/error/mod.ts";
import type { OperatorDependencies } from "../operator/dependencies.ts";
import { readJson } from "../request_body.ts";
import { endSession, findSession, startSession } from "../session.ts";
import { sessionState } from "./answer/access.ts";
import type { ApiRoute, Method } from "./route.ts";

type Access = Pick<OperatorDependencies, "access">;

const text = z.string({ error: "must be a text" });
const setupRequest = z.strictObject({ code: text, password: text });
const signInRequest = z.strictObject({ password: text });
const passwordRequest = z.strictObject({ current: text, next: text });

const setsCookie = ["Set-Cookie"];
const weakPassword = ["password_too_short", "password_too_long"] as const;

/** The routes. */
export function accessRoutes(dependencies: Access): ApiRoute[] {
  return [...visitorRoutes(dependencies), ...accountRoutes(dependencies)];
}

/** What a visitor who has not signed in may ask for. */
function visitorRoutes({ access }: Access): ApiRoute[] {
  return [
    {
      ...route("auth.session", "GET", "/auth/session", "Tell whether somebody is signed in"),
      for: "visitors",
      takes: null,
      handler: async (context) => context.json(describe(access, await findSession(context, access))),
    },
    {
      ...route(
        "auth.setup",
        "POST",
        "/auth/setup",
        "Set the first password, with the setup code, and sign in",
        setsCookie,
      ),
      for: "visitors",
      takes: setupRequest,
      refuses: ["setup_done", "setup_code_wrong", "sign_in_locked", "sign_in_busy", ...weakPassword],
      async handler(context) {
        const { code, password } = await readRequest(context, setupRequest);
        const signIn = await access.setup({ code, password, address: context.env.clientAddress });
        startSession(context, signIn);
        return context.json(describe(access, signIn.session));
      },
    },
    {
      ...route("auth.login", "POST", "/auth/login", "Sign in with the password", setsCookie),
      for: "visitors",
      takes: signInRequest,
      refuses: ["setup_needed", "sign_in_failed", "sign_in_locked", "sign_in_busy"],
      async handler(context) {
        const { password } = await readRequest(context, signInRequest);
        const signIn = await access.signIn({ password, address: context.env.clientAddress });
        startSession(context, signIn);
        return context.json(describe(access, signIn.session));
      },
    },
  ];
}

/** What somebody who is signed in may ask for. */
function accountRoutes({ access }: Access): ApiRoute[] {
  return [
    {
      ...route("auth.logout", "POST", "/auth/logout", "Sign out", setsCookie),
      for: "sessions",
      takes: null,
      async handler(context) {
        await access.signOut(context.get("session"));
        endSession(context);
        return context.json(describe(access, null));
      },
    },
    {
      ...route("auth.password", "POST", "/auth/password", "Change the password; signs everybody else out"),
      for: "sessions",
      takes: passwordRequest,
      refuses: ["sign_in_failed", "sign_in_locked", "sign_in_busy", ...weakPassword],
      async handler(context) {
        const session = context.get("session");
        await access.changePassword(session, await readRequest(context, passwordRequest));
        return context.json(describe(access, session));
      },
    },
  ];
}

/** What these routes have in common: all of them answer with who is signed in now. */
function route(id: string, method: Method, path: string, summary: string, headers: readonly string[] = []) {
  const answers = [{ status: 200, schema: sessionState, headers }];
  return {
    id,
    method,
    path,
    summary,
    carrier: "json",
    answers,
    refuses: [] as readonly ErrorCode[],
    scopes: [],
  } as const;
}

function describe({ needsSetup }: Access["access"], session: Session | null) {
  return { signedIn: session !== null, needsSetup, csrfToken: session?.csrfToken ?? null };
}

/** Nothing that was given is repeated when it is refused. @throws {DispatchError} `request_invalid`, and as {@link readJson} */
async function readRequest<Schema extends z.ZodType>(context: Context, schema: Schema): Promise<z.output<Schema>> {
  const result = schema.safeParse(await readJson(context));
  if (result.success) return result.data;
  const errors = result.error.issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((path) => ({ path, message: "is not known here" }))
      : [
          {
            path: issue.path.join(".") || "body",
            message: issue.path.length === 0 ? "must be an object" : issue.message,
          },
        ],
  );
  throw new DispatchError("request_invalid", { errors });
}
