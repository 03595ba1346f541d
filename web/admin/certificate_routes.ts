/** `/api/config/tls-cert`: the shared certificate. */
import type { Context } from "hono";
import { type Finding, finding } from "../../core/certificate/finding.ts";
import { maxMaterialBytes } from "../../core/certificate/material.ts";
import { DispatchError, isDispatchError } from "../../core/error/mod.ts";
import type { InputOf, OperationName, OutputOf } from "../../core/operations/operation_table.ts";
import { fileResponse } from "../file_response.ts";
import type { OperatorDependencies } from "../operator/dependencies.ts";
import { readJson } from "../request_body.ts";
import type { AdminEnv } from "../session.ts";
import { readMaterial } from "./material_request.ts";
import { performFor, type Routes } from "./routes.ts";

/** The routes. */
export function certificateRoutes(dependencies: Pick<OperatorDependencies, "perform">): Routes {
  const perform = <Name extends OperationName>(
    context: Context<AdminEnv>,
    name: Name,
    input: InputOf<Name>,
  ): Promise<OutputOf<Name>> => performFor(dependencies, context, name, input);
  return {
    "/config/tls-cert": {
      GET: async (context) => context.json(await perform(context, "cert.show", {})),
      async DELETE(context) {
        return context.json(await perform(context, "cert.remove", { seen: context.req.query("seen") }));
      },
    },
    "/config/tls-cert/check": {
      async POST(context) {
        const check = await readMaterial(context).then(
          ({ seen, ...material }) => perform(context, "cert.check", material),
          (error) => ({ ok: false, findings: [findTooLarge(error)], identity: null }),
        );
        return context.json(check);
      },
    },
    "/config/tls-cert/upload": {
      async POST(context) {
        const material = await readMaterial(context).catch((error) => {
          throw new DispatchError("certificate_refused", { findings: [findTooLarge(error)] });
        });
        return context.json(await perform(context, "cert.upload", material));
      },
    },
    "/config/tls-cert/generate": {
      async POST(context) {
        const request = (await readJson(context)) as InputOf<"cert.generate">;
        return context.json(await perform(context, "cert.generate", request));
      },
    },
    "/config/tls-cert/history": {
      GET: async (context) => context.json(await perform(context, "cert.history", {})),
    },
    "/config/tls-cert/restore": {
      async POST(context) {
        const request = (await readJson(context)) as InputOf<"cert.restore">;
        return context.json(await perform(context, "cert.restore", request));
      },
    },
    "/config/tls-cert/export": {
      async GET(context) {
        const format = context.req.query("format") ?? "pem";
        // A passphrase has no place in a URL, where logs and histories keep it.
        if (format === "pfx") throw new DispatchError("method_not_allowed", { method: "GET", allowed: "POST" });
        return fileResponse(await perform(context, "cert.export", { format } as InputOf<"cert.export">));
      },
      async POST(context) {
        const request = (await readJson(context)) as InputOf<"cert.export">;
        return fileResponse(await perform(context, "cert.export", request));
      },
    },
  };
}

/** A body that was too large to be read is found so, like all that is wrong with files; another error is thrown on. */
function findTooLarge(error: unknown): Finding {
  if (!isDispatchError(error, "body_too_large")) throw error;
  return finding("too_large", { bytes: error.facts.bytes, limitBytes: maxMaterialBytes });
}
