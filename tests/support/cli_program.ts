/** A program for tests that start one: the command line on a Dispatch in memory, or beside a running service. */
import { runCli } from "../../runtime-node/cli/main.ts";
import { processIo } from "../../runtime-node/cli/process_io.ts";
import { readEnvironment } from "../../runtime-node/environment.ts";
import { createMemoryDispatch } from "./memory_operation_context.ts";
import { sampleEntry } from "./memory_queue.ts";

const { context, queue } = await createMemoryDispatch();
for (let i = 0; i < 1000; i++) queue.entries.set(`spl_${i}`, sampleEntry({ id: `spl_${i}` }));

process.exitCode = await runCli(process.argv.slice(2), processIo(), {
  version: context.version(),
  readEnvironment: (dataDirectory = "/nonexistent/data") =>
    readEnvironment({}, { dataDirectory, workingDirectory: process.cwd() }),
  openOffline: async () => ({ context, close: async () => {} }),
  hasData: () => true,
  checkCertificate: () => Promise.reject(new Error("there is a Dispatch to ask")),
  recoverSpool: async () => ({
    messages: 0,
    withoutContent: [],
    unreadablePlaces: 0,
    damagedDirectory: "/nonexistent",
  }),
  serve: async () => 0,
});
