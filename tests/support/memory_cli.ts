/** The command line with everything around it in memory. */
import { finding } from "../../core/certificate/finding.ts";
import { type CliIo, NoPlainFile, TooMuchInput } from "../../runtime-node/cli/cli_io.ts";
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
  /** Whether standard output is a terminal. Default: `false`. */
  readonly printsToTerminal?: boolean;
}

/** A file that a command wrote. */
export interface WrittenFile {
  readonly content: string;
  readonly mode: number;
}

/** A command line on a Dispatch in memory. */
export interface MemoryCli {
  readonly dispatch: MemoryDispatch;
  /** Data directories that were opened without a service, and `closed` once they were closed again. */
  readonly opened: string[];
  /** What was written, by path. */
  readonly written: Map<string, WrittenFile>;
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
    hasData: () => true,
    checkCertificate: async (_environment, { files }, serverName) => ({
      ok: true,
      findings: [finding("name_not_covered", { serverName: serverName ?? "no name" }, files[0]!.name)],
      identity: null,
    }),
    recoverSpool: async () => ({
      messages: 0,
      withoutContent: [],
      unreadablePlaces: 0,
      damagedDirectory: "/nonexistent",
    }),
    serve: async () => 0,
    ...changes,
  };
  const written = new Map<string, WrittenFile>();
  const run: MemoryCli["run"] = (argv, surroundings = {}) => runInMemory(argv, surroundings, runtime, written);
  return { dispatch, opened, written, run };
}

async function runInMemory(
  argv: readonly string[],
  { stdin = "", files = {}, typed, printsToTerminal = false }: CliSurroundings,
  runtime: CliRuntime,
  written: Map<string, WrittenFile>,
): Promise<CliResult> {
  const output = { stdout: "", stderr: "" };
  const answers = [...(typed ?? [])];
  const encoder = new TextEncoder();
  const io: CliIo = {
    isInteractive: typed !== undefined,
    printsToTerminal,
    print: async (chunk) => {
      output.stdout += typeof chunk === "string" ? chunk : new TextDecoder().decode(chunk);
    },
    notify: async (line) => {
      output.stderr += `${line}\n`;
    },
    readInput: async () => encoder.encode(stdin),
    askSecret: async (question) => {
      output.stderr += question;
      const answer = answers.shift();
      if (answer === undefined) throw Object.assign(new Error("Aborted with Ctrl+C"), { code: "ABORT_ERR" });
      return answer;
    },
    readFile: async (path, limitBytes) => {
      const content = files[path];
      if (content === undefined) throw Object.assign(new Error("no such file"), { code: "ENOENT" });
      if (content.length > limitBytes) throw new TooMuchInput(content.length);
      return encoder.encode(content);
    },
    writeFile: async (path, bytes, mode) => {
      if (path.endsWith("/")) throw new NoPlainFile("it is a directory");
      written.set(path, { content: new TextDecoder().decode(bytes), mode });
    },
    onInterrupt: () => () => {},
  };
  const exitCode = await runCli(argv, io, runtime);
  return { exitCode, ...output };
}
