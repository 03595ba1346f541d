/** First visit, sign-in, sign-out, and the account. */
import { type Context, Hono } from "hono";
import { type DispatchError, isDispatchError } from "../../../core/error/mod.ts";
import type { OperatorDependencies } from "../../operator/dependencies.ts";
import { maxVisitorFormBytes, readForm } from "../../request_body.ts";
import {
  type AdminEnv,
  endSession,
  findSession,
  refuseCrossSite,
  requireSession,
  requireUnforged,
  startSession,
} from "../../session.ts";
import { certificatePaths } from "../certificate/paths.ts";
import { fieldText, statusOf } from "../form_parts.ts";
import type { Markup } from "../markup.ts";
import { accountPage } from "./account_page.ts";
import { readNewPassword } from "./new_password.ts";
import { setupPage, signInPage } from "./sign_in_page.ts";

type AccessContext = Context<AdminEnv>;

/** The pages that somebody may have wanted before signing in. */
const pages: ReadonlySet<string> = new Set(["/", "/account", certificatePaths.page]);

/** Where to go on to; anything but a page of ours is the overview. */
export function readNext(path: string): string {
  return pages.has(path) ? path : "/";
}

/** Creates the routes. */
export function accessRoutes(dependencies: OperatorDependencies): Hono<AdminEnv> {
  const app = new Hono<AdminEnv>();
  const { access } = dependencies;
  const guards = [requireSession(access), requireUnforged()] as const;

  app.get("/setup", (context) => {
    return access.needsSetup ? context.html(setupPage({ error: null, code: "" })) : context.redirect("/sign-in", 303);
  });
  app.post("/setup", refuseCrossSite(), async (context) => {
    const form = await readForm(context, maxVisitorFormBytes);
    const code = fieldText(form, "code");
    return answering(
      context,
      dependencies,
      (error) => setupPage({ error, code }),
      async () => {
        const password = readNewPassword(form);
        startSession(context, await access.setup({ code, password, address: context.env.clientAddress }));
        return "/";
      },
    );
  });
  app.get("/sign-in", async (context) => {
    if (access.needsSetup) return context.redirect("/setup", 303);
    const next = readNext(context.req.query("next") ?? "/");
    if ((await findSession(context, access)) !== null) return context.redirect(next, 303);
    return context.html(signInPage({ error: null, next, hasSignedOut: context.req.query("done") === "sign-out" }));
  });
  app.post("/sign-in", refuseCrossSite(), async (context) => {
    const form = await readForm(context, maxVisitorFormBytes);
    const next = readNext(fieldText(form, "next"));
    return answering(
      context,
      dependencies,
      (error) => signInPage({ error, next }),
      async () => {
        const password = fieldText(form, "password");
        startSession(context, await access.signIn({ password, address: context.env.clientAddress }));
        return next;
      },
    );
  });
  app.post("/sign-out", ...guards, async (context) => {
    await access.signOut(context.get("session"));
    endSession(context);
    return context.redirect("/sign-in?done=sign-out", 303);
  });
  app.get("/account", ...guards, (context) => {
    const hasChanged = context.req.query("done") === "password";
    return context.html(accountPage({ session: context.get("session"), error: null, hasChanged }));
  });
  app.post("/account/password", ...guards, async (context) => {
    const form = await readForm(context);
    const session = context.get("session");
    return answering(
      context,
      dependencies,
      (error) => accountPage({ session, error, hasChanged: false }),
      async () => {
        await access.changePassword(session, { current: fieldText(form, "current"), next: readNewPassword(form) });
        return "/account?done=password";
      },
    );
  });
  app.get("/account/password", (context) => context.redirect("/account", 303));
  return app;
}

/** Does what a form asks for and goes on to the path that `act` returns; or shows the form again with what was wrong. */
async function answering(
  context: AccessContext,
  { onFailure }: OperatorDependencies,
  pageOf: (error: DispatchError) => Markup,
  act: () => Promise<string>,
): Promise<Response> {
  try {
    return context.redirect(await act(), 303);
  } catch (error) {
    if (!isDispatchError(error)) throw error;
    onFailure(error, context.env);
    if (isDispatchError(error, "sign_in_locked")) {
      context.header("retry-after", String(Math.ceil(error.facts.retryAfterSeconds)));
    }
    return context.html(pageOf(error), statusOf(error));
  }
}
