/** The page of the shared certificate, and what its forms do. */
import { type Context, Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { isDispatchError } from "../../../core/error/mod.ts";
import { fileResponse } from "../../file_response.ts";
import type { OperatorDependencies } from "../../operator/dependencies.ts";
import { readForm } from "../../request_body.ts";
import { type AdminEnv, requireSession, requireUnforged } from "../../session.ts";
import { type AdminActs, actsOf } from "../acts.ts";
import { errorNotice, fieldText, statusOf } from "../form_parts.ts";
import { type CertificateChange, certificateChanges } from "./changes.ts";
import { type CheckedFiles, checkResult } from "./check_result.ts";
import { nothingGiven, readMaterialForm } from "./material_form.ts";
import { type Answer, certificatePage } from "./page.ts";
import { certificatePaths as paths } from "./paths.ts";

type CertificateContext = Context<AdminEnv>;

/** Creates the routes. */
export function certificateRoutes(dependencies: OperatorDependencies): Hono<AdminEnv> {
  const app = new Hono<AdminEnv>();
  const guards = [requireSession(dependencies.access), requireUnforged()] as const;
  app.get(paths.page, ...guards, (context) => answerPage(context, actsOf(context, dependencies), null));
  app.post(paths.check, ...guards, (context) => answerCheck(context, dependencies));
  app.get(paths.check, (context) => context.redirect(paths.page, 303));
  for (const [name, change] of Object.entries(certificateChanges)) {
    const path = `${paths.page}/${name}`;
    app.post(path, ...guards, (context) => answerChange(context, dependencies, name, change));
    // Somebody who loads the answer of a form again gets the page.
    app.get(path, (context) => context.redirect(paths.page, 303));
  }
  for (const format of ["pem", "der"] as const) {
    app.get(paths[format], ...guards, async (context) =>
      fileResponse(await actsOf(context, dependencies).perform("cert.export", { format })),
    );
  }
  app.post(paths.pfx, ...guards, (context) => answerPfx(context, dependencies));
  app.get(paths.pfx, (context) => context.redirect(paths.page, 303));
  return app;
}

async function answerPage(
  context: CertificateContext,
  { perform }: AdminActs,
  answer: Answer | null,
  status: ContentfulStatusCode = 200,
): Promise<Response> {
  const [show, earlier] = await Promise.all([perform("cert.show", {}), perform("cert.history", {})]);
  const done = context.req.query("done") ?? null;
  return context.html(certificatePage({ session: context.get("session"), show, earlier, answer, done }), status);
}

/** The script asks for the result alone; without it the page comes back with the result in it. */
async function answerCheck(context: CertificateContext, dependencies: OperatorDependencies): Promise<Response> {
  const acts = actsOf(context, dependencies);
  const isPart = context.req.query("part") === "result";
  try {
    const checked = await checkFiles(acts, await readForm(context));
    return isPart
      ? context.html(checkResult(checked))
      : answerPage(context, acts, { form: "upload", notice: null, checked });
  } catch (error) {
    if (!isDispatchError(error)) throw error;
    dependencies.onFailure(error, context.env);
    const notice = errorNotice(error)!;
    if (isPart) return context.html(notice, statusOf(error));
    return answerPage(context, acts, { form: "upload", notice }, statusOf(error));
  }
}

async function checkFiles({ perform }: AdminActs, form: FormData): Promise<CheckedFiles> {
  const material = await readMaterialForm(form);
  const fileNames = material.files.map(({ name }) => name);
  if (fileNames.length > 0) return { fileNames, check: await perform("cert.check", material) };
  return { fileNames, check: { ok: false, findings: nothingGiven, identity: null } };
}

async function answerChange(
  context: CertificateContext,
  dependencies: OperatorDependencies,
  name: string,
  change: CertificateChange,
): Promise<Response> {
  const acts = actsOf(context, dependencies);
  const form = await readForm(context);
  try {
    await change.act(acts, form);
  } catch (error) {
    if (!isDispatchError(error)) throw error;
    dependencies.onFailure(error, context.env);
    return answerPage(context, acts, await change.refuse(error, form), statusOf(error));
  }
  return context.redirect(`${paths.page}?done=${name}`, 303);
}

async function answerPfx(context: CertificateContext, dependencies: OperatorDependencies): Promise<Response> {
  const acts = actsOf(context, dependencies);
  const passphrase = fieldText(await readForm(context), "passphrase");
  try {
    return fileResponse(await acts.perform("cert.export", { format: "pfx", passphrase }));
  } catch (error) {
    if (!isDispatchError(error)) throw error;
    dependencies.onFailure(error, context.env);
    return answerPage(context, acts, { form: "download", notice: errorNotice(error) }, statusOf(error));
  }
}
