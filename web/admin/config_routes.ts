/** `/api/config`: the settings. */
import type { InputOf } from "../../core/operations/operation_table.ts";
import type { OperatorDependencies } from "../operator/dependencies.ts";
import { readJson } from "../request_body.ts";
import { performFor, type Routes } from "./routes.ts";

/** The routes. `PUT` takes an object of settings and their new values; all are changed or none. */
export function configRoutes(dependencies: Pick<OperatorDependencies, "perform">): Routes {
  return {
    "/config": {
      GET: async (context) => context.json(await performFor(dependencies, context, "config.list", {})),
      async PUT(context) {
        const values = (await readJson(context)) as InputOf<"config.set">["values"];
        return context.json(await performFor(dependencies, context, "config.set", { values }));
      },
    },
  };
}
