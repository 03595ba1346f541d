/** Where one scenario plays: an empty folder with a data directory and ports of its own, and a target to start in it. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SettingKey } from "../../core/config/mod.ts";
import type { InputOf, OperationName, OutputOf } from "../../core/operations/operation_table.ts";
import { connectControl } from "../../runtime-node/control_client.ts";
import type { Target } from "../e2e/target.ts";
import { pickPort } from "./e2e_ports.ts";
import { type Finished, type RunOptions, run } from "./e2e_process.ts";
import { Service } from "./e2e_service.ts";
import { SmtpClient } from "./e2e_smtp_client.ts";

/** The ports of one stage. */
export interface StagePorts {
  readonly smtp: number;
  readonly http: number;
  readonly https: number;
  readonly operator: number;
}

/** See the file's first line. Everything that was started on it ends with it. */
export class Stage {
  readonly target: Target;
  /** The working directory of every command; empty at first. */
  readonly folder: string;
  readonly dataDirectory: string;
  readonly ports: StagePorts;
  /** Environment of every command; a scenario may add to it and take away. */
  readonly environment: Record<string, string>;
  readonly #root: string;
  readonly #endings: (() => unknown)[] = [];
  readonly #services: Service[];
  /** Whether the folder and the service that runs in it belong to another stage. */
  readonly #isGuest: boolean;

  private constructor(target: Target, root: string, ports: StagePorts, host?: Stage) {
    this.target = target;
    this.#root = root;
    this.#isGuest = host !== undefined;
    this.#services = host === undefined ? [] : host.#services;
    this.folder = join(root, "work");
    this.ports = ports;
    this.dataDirectory = join(this.folder, "data");
    this.environment = {
      PATH: process.env.PATH ?? "",
      // Runtimes keep caches at home: apart from the folder in which nothing may appear unasked.
      HOME: join(root, "home"),
      // A user's Bun keeps there what it has transpiled; in a home that lasts for one scenario that is written in vain.
      BUN_RUNTIME_TRANSPILER_CACHE_PATH: "0",
      DISPATCH_DATA_DIR: this.dataDirectory,
      DISPATCH_LOG_FORMAT: "json",
      DISPATCH_LISTENER_PORTS: `[${ports.smtp}]`,
      DISPATCH_API_PORT: String(ports.http),
      DISPATCH_API_TLS_PORT: String(ports.https),
      DISPATCH_WEBUI_PORT: String(ports.operator),
    };
  }

  /** Sets up an empty stage. */
  static async open(target: Target): Promise<Stage> {
    const root = await mkdtemp(join(tmpdir(), `dispatch-${target.name}-`));
    await mkdir(join(root, "work"));
    const ports = {
      smtp: await pickPort(),
      http: await pickPort(),
      https: await pickPort(),
      operator: await pickPort(),
    };
    return new Stage(target, root, ports);
  }

  /** A stage beside the service that runs on this one, which goes on when it closes. */
  beside(): Stage {
    return new Stage(this.target, this.#root, this.ports, this);
  }

  /** The service that was started last. */
  get service(): Service {
    const service = this.#services.at(-1);
    if (service === undefined) throw new Error("no service was started on this stage");
    return service;
  }

  /** Has `ending` called when the stage closes; the last one first. */
  onClose(ending: () => unknown): void {
    this.#endings.push(ending);
  }

  /** Starts the service and waits until it says that it is ready. @param under a command that is to run it */
  async start(...under: readonly string[]): Promise<Service> {
    const service = Service.spawn([...under, ...this.target.command, "serve"], this.folder, this.environment);
    this.#services.push(service);
    this.onClose(() => service.kill());
    await service.ready();
    return service;
  }

  /** A session over SMTP that has said EHLO, and ends with the stage. */
  async greet(): Promise<SmtpClient> {
    const client = await SmtpClient.greet(this.ports.smtp);
    this.onClose(() => client.close());
    return client;
  }

  /** Runs a command of the CLI to its end. */
  cli(args: readonly string[], options: Omit<RunOptions, "cwd" | "env"> = {}): Promise<Finished> {
    return run([...this.target.command, ...args], { ...options, cwd: this.folder, env: this.environment });
  }

  /** Runs a command that has to succeed, with `--json`, and returns the value that it printed. */
  async json<T>(...args: readonly string[]): Promise<T> {
    const result = await this.cli([...args, "--json"]);
    assert.equal(result.code, 0, `${args.join(" ")}: ${result.stderr}`);
    return JSON.parse(result.stdout) as T;
  }

  /**
   * Performs an operation by the control channel, as a command beside the service does: for what a scenario needs and is
   * not about, as a process for each takes most of the time.
   */
  async perform<Name extends OperationName>(name: Name, input: InputOf<Name>): Promise<OutputOf<Name>> {
    const control = await connectControl(this.dataDirectory);
    if (control === null) throw new Error("no service runs on this stage");
    try {
      return (await control.call(name, input)) as OutputOf<Name>;
    } finally {
      control.close();
    }
  }

  /** Makes an SMTP server on this host the default relay, under the name `sink`. */
  async relayTo(port: number): Promise<void> {
    const settings = { host: "127.0.0.1", port, tls: "none" };
    await this.perform("relay.add", { name: "sink", provider: "smtp", settings, default: true });
    if (!this.#isGuest) return;
    this.onClose(async () => {
      await this.perform("relay.set-default", { name: "local" });
      await this.perform("relay.remove", { name: "sink" });
    });
  }

  /** Changes a setting for as long as the stage is open; `value` is JSON. */
  async configure(key: SettingKey, value: InputOf<"config.set">["values"][string]): Promise<void> {
    await this.perform("config.set", { values: { [key]: value } });
    if (this.#isGuest) this.onClose(() => this.perform("config.unset", { key }));
  }

  /** Creates an API key and returns it. */
  async createKey(): Promise<string> {
    return (await this.perform("key.create", { name: crypto.randomUUID() })).key;
  }

  /** All that the services on this stage have printed, for whoever has to find out why a scenario failed. */
  transcript(): string {
    return this.#services.map((service) => `${service.stdout}${service.stderr}`).join("── next start ──\n");
  }

  /** Ends what was started and removes the folder. @throws {AggregateError} what endings have thrown, after the last of them */
  async close(): Promise<void> {
    const errors: unknown[] = [];
    for (const ending of this.#endings.reverse()) {
      try {
        await ending();
      } catch (error) {
        errors.push(error);
      }
    }
    if (!this.#isGuest) await rm(this.#root, { recursive: true, force: true });
    if (errors.length > 0)
      throw new AggregateError(errors, `a stage could not be left as it was: ${errors.join("; ")}`);
  }
}
