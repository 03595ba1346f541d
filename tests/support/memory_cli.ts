/** The command line with everything around it in memory. */
import type { CliIo } from "../../runtime-node/cli/cli_io.ts";
import type { CliRuntime } from "../../runtime-node/cli/cli_runtime.ts";
import { runCli } from "../../runtime-node/cli/main.ts";
import { readEnvironment } from "../../runtime-node/environment.ts";
import { createMemoryDispatch, type MemoryDispatch } from "./memory_operation_context.ts";

/** What a command left behind. */
export interface CliResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What stands around a command. */
export interface CliSurroundings {
  readonly stdin?: string;
  readonly files?: Readonly<Record<string, string>>;
  /** What is typed at prompts, in turn, and then Ctrl-C; makes standard input a terminal. */
  readonly typed?: readonly string[];
}

/** A command line on a Dispatch in memory. */
export interface MemoryCli {
  readonly dispatch: MemoryDispatch;
  /** Data directories that were opened without a service, and `closed` once they were closed again. */
  readonly opened: string[];
  run(argv: readonly string[], surroundings?: CliSurroundings): Promise<CliResult>;
}

export async function createMemoryCli(changes: Partial<CliRuntime> = {}): Promise<MemoryCli> {
  const dispatch = await createMemoryDispatch();
  const opened: string[] = [];
  const runtime: CliRuntime = {
    version: dispatch.context.version(),
    readEnvironment: (dataDirectory = "/nonexistent/data") =>
      readEnvironment({}, { dataDirectory, workingDirectory: "/nonexistent" }),
    openOffline: async ({ dataDirectory }) => {
      opened.push(dataDirectory);
      return { context: dispatch.context, close: async () => void opened.push("closed") };
    },
    recoverSpool: async () => ({
      messages: 0,
      withoutContent: [],
      unreadablePlaces: 0,
      damagedDirectory: "/nonexistent",
    }),
    serve: async () => 0,
    ...changes,
  };
  return { dispatch, opened, run: (argv, surroundings = {}) => runInMemory(argv, surroundings, runtime) };
}

async function runInMemory(
  argv: readonly string[],
  { stdin = "", files = {}, typed }: CliSurroundings,
  runtime: CliRuntime,
): Promise<CliResult> {
  const written = { stdout: "", stderr: "" };
  const answers = [...(typed ?? [])];
  const encoder = new TextEncoder();
  const io: CliIo = {
    isInteractive: typed !== undefined,
    print: async (chunk) => {
      written.stdout += typeof chunk === "string" ? chunk : new TextDecoder().decode(chunk);
    },
    notify: async (line) => {
      written.stderr += `${line}\n`;
    },
    readInput: async () => encoder.encode(stdin),
    askSecret: async (question) => {
      written.stderr += question;
      const answer = answers.shift();
      if (answer === undefined) throw Object.assign(new Error("Aborted with Ctrl+C"), { code: "ABORT_ERR" });
      return answer;
    },
    readFile: async (path) => {
      const content = files[path];
      if (content === undefined) throw Object.assign(new Error("no such file"), { code: "ENOENT" });
      return encoder.encode(content);
    },
    onInterrupt: () => () => {},
  };
  const exitCode = await runCli(argv, io, runtime);
  return { exitCode, ...written };
}
