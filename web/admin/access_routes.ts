/** `/api/auth`: first visit, sign-in, sign-out, password. */
import type { Context } from "hono";
import { z } from "zod";
import type { Session } from "../../core/access/admin_access.ts";
import { DispatchError } from "../../core/error/mod.ts";
import type { OperatorDependencies } from "../operator/dependencies.ts";
import { readJson } from "../request_body.ts";
import { endSession, findSession, startSession } from "../session.ts";
import type { Routes } from "./routes.ts";

type Access = Pick<OperatorDependencies, "access">;

const text = z.string({ error: "must be a text" });
const setupRequest = z.strictObject({ code: text, password: text });
const signInRequest = z.strictObject({ password: text });
const passwordRequest = z.strictObject({ current: text, next: text });

/** What a visitor who has not signed in may ask for. */
export function visitorRoutes({ access }: Access): Routes {
  return {
    "/auth/session": {
      GET: async (context) => context.json(describe(access, await findSession(context, access))),
    },
    "/auth/setup": {
      async POST(context) {
        const { code, password } = await readRequest(context, setupRequest);
        const signIn = await access.setup({ code, password, address: context.env.clientAddress });
        startSession(context, signIn);
        return context.json(describe(access, signIn.session));
      },
    },
    "/auth/login": {
      async POST(context) {
        const { password } = await readRequest(context, signInRequest);
        const signIn = await access.signIn({ password, address: context.env.clientAddress });
        startSession(context, signIn);
        return context.json(describe(access, signIn.session));
      },
    },
  };
}

/** What the administrator may ask for. */
export function accountRoutes({ access }: Access): Routes {
  return {
    "/auth/logout": {
      async POST(context) {
        await access.signOut(context.get("session"));
        endSession(context);
        return context.json(describe(access, null));
      },
    },
    "/auth/password": {
      async POST(context) {
        const session = context.get("session");
        await access.changePassword(session, await readRequest(context, passwordRequest));
        return context.json(describe(access, session));
      },
    },
  };
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
