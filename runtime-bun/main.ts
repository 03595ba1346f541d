/** Entry point under Bun, and of the single binary. */
const oldest = "1.4.5";

if (Bun.semver.order(Bun.version, oldest) < 0) {
  process.stderr.write(`Dispatch needs Bun ${oldest} or newer; this is Bun ${Bun.version}.\n`);
  process.exit(1);
}

const { runProgram } = await import("../runtime-node/program.ts");
await runProgram(async () => (await import("./https_listener.ts")).openHttpsListener);

export {};
