/** How Node finds and reads the program's files, where its own way does not do. Loaded before them; Bun needs none of it. */
import { readFileSync } from "node:fs";
import nodeModule from "node:module";

/**
 * Packages of ES modules alone whose `package.json` lists so many exports that loading them takes a second: Node 24.21 reads
 * that list again for each of their files.
 */
const isOfLongList = /\/node_modules\/(?:drizzle-orm|zod)\//;

// Bun has no `registerHooks`, nor has it the two problems.
nodeModule.registerHooks?.({
  /** A file beside the one that asks for it is found, and known to be an ES module, without the list. */
  resolve(specifier, context, nextResolve) {
    const { parentURL = "", conditions } = context;
    const isFile = /^\.\.?\/.*\.js$/.test(specifier) && conditions?.includes("import") === true;
    if (!isFile || !isOfLongList.test(parentURL)) return nextResolve(specifier, context);
    return { url: new URL(specifier, parentURL).href, format: "module", shortCircuit: true };
  },
  /** A file can be imported as its text, `with { type: "text" }`, as under Bun. */
  load(url, context, nextLoad) {
    // A CommonJS module that is looked through for its exports comes without attributes.
    if (context.importAttributes?.type !== "text") return nextLoad(url, context);
    const text = readFileSync(new URL(url), "utf8");
    return { format: "module", source: `export default ${JSON.stringify(text)};`, shortCircuit: true };
  },
});
