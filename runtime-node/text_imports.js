/** Lets Node import a file as its text, `with { type: "text" }`, as Bun does. Loaded before the first such import. */
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";

registerHooks({
  load(url, context, nextLoad) {
    // A CommonJS module that is looked through for its exports comes without attributes.
    if (context.importAttributes?.type !== "text") return nextLoad(url, context);
    const text = readFileSync(new URL(url), "utf8");
    return { format: "module", source: `export default ${JSON.stringify(text)};`, shortCircuit: true };
  },
});
