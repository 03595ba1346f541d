/** Entry point under Node. Plain JavaScript, so that a Node that can't run the rest can still say so. */
const oldest = [24, 0];

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < /** @type {number} */ (oldest[0]) || (major === oldest[0] && minor < /** @type {number} */ (oldest[1]))) {
  process.stderr.write(`Dispatch needs Node ${oldest.join(".")} or newer; this is Node ${process.versions.node}.\n`);
  process.exit(1);
}

const { enableCompileCache } = await import("node:module");
const { fileURLToPath } = await import("node:url");
const cache = fileURLToPath(new URL("../node_modules/.cache/compile", import.meta.url));
// The one is for this thread, the other for those that it starts.
enableCompileCache(cache);
process.env.NODE_COMPILE_CACHE ??= cache;
await import("./module_hooks.js");
const { runProgram } = await import("./program.ts");
await runProgram(async () => (await import("./https_listener.ts")).openHttpsListener);
