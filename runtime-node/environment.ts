/** What Dispatch must know before its database is open: the bootstrap variables of the environment. */
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type BootstrapVariable,
  type EnvironmentRecord,
  type Pin,
  readPins,
  type SettingKey,
} from "../core/config/mod.ts";
import { type ConfigViolation, DispatchError } from "../core/error/mod.ts";

const logLevels = ["debug", "info", "warn", "error"] as const;
const logFormats = ["pretty", "json"] as const;
const shortestPassword = 12;

/** The environment, read and checked. Paths are absolute. */
export interface Environment {
  /** `DISPATCH_DATA_DIR` */
  readonly dataDirectory: string;
  /** `DISPATCH_DATABASE_URL`; default `dispatch.db` in the data directory. */
  readonly databasePath: string;
  /** `DISPATCH_KEY_FILE`; default `dispatch.key` in the data directory. */
  readonly keyFile: string;
  /** `DISPATCH_ADMIN_PASSWORD`, at least 12 characters; `null` when a setup code is to be printed. */
  readonly adminPassword: string | null;
  /** `DISPATCH_DASHBOARD_CERT` and `DISPATCH_DASHBOARD_KEY`; `null` for the self-signed certificate. */
  readonly dashboardCertificate: { readonly certPath: string; readonly keyPath: string } | null;
  /** `DISPATCH_LOG_LEVEL`; default `info`. */
  readonly logLevel: (typeof logLevels)[number];
  /** `DISPATCH_LOG_FORMAT`; `null`: pretty on a terminal, else JSON. */
  readonly logFormat: (typeof logFormats)[number] | null;
  /** The settings that the environment pins. */
  readonly pins: ReadonlyMap<SettingKey, Pin>;
}

/** What the environment does not say. */
export interface EnvironmentDefaults {
  /** Data directory when no variable names one. */
  readonly dataDirectory: string;
  /** What relative paths start from. */
  readonly workingDirectory: string;
}

/**
 * Reads the bootstrap variables and the pinned settings. A bootstrap variable that is set to nothing counts as not set.
 *
 * `DISPATCH_DATABASE_URL` is a path, `sqlite:` with a path, or a `file:` URL. Relative paths start from the working
 * directory.
 *
 * @throws {DispatchError} `environment_unknown`; `config_invalid` with all violations of the bootstrap variables
 */
export function readEnvironment(variables: EnvironmentRecord, defaults: EnvironmentDefaults): Environment {
  const pins = readPins(variables);
  const reader = new BootstrapReader(variables, defaults.workingDirectory);
  const dataDirectory = reader.path("DISPATCH_DATA_DIR") ?? resolve(defaults.workingDirectory, defaults.dataDirectory);
  const environment: Environment = {
    dataDirectory,
    databasePath: reader.database("DISPATCH_DATABASE_URL") ?? join(dataDirectory, "dispatch.db"),
    keyFile: reader.path("DISPATCH_KEY_FILE") ?? join(dataDirectory, "dispatch.key"),
    adminPassword: reader.password("DISPATCH_ADMIN_PASSWORD"),
    dashboardCertificate: reader.certificate("DISPATCH_DASHBOARD_CERT", "DISPATCH_DASHBOARD_KEY"),
    logLevel: reader.choice("DISPATCH_LOG_LEVEL", logLevels) ?? "info",
    logFormat: reader.choice("DISPATCH_LOG_FORMAT", logFormats),
    pins,
  };
  if (reader.violations.length > 0) throw new DispatchError("config_invalid", { violations: reader.violations });
  return environment;
}

/** Reads bootstrap variables, each `null` when it is not set, and collects what is wrong with them. */
class BootstrapReader {
  readonly violations: ConfigViolation[] = [];
  readonly #variables: EnvironmentRecord;
  readonly #workingDirectory: string;

  constructor(variables: EnvironmentRecord, workingDirectory: string) {
    this.#variables = variables;
    this.#workingDirectory = workingDirectory;
  }

  path(name: BootstrapVariable): string | null {
    const text = this.#text(name);
    return text === null ? null : resolve(this.#workingDirectory, text);
  }

  choice<T extends string>(name: BootstrapVariable, choices: readonly T[]): T | null {
    const text = this.#text(name);
    const chosen = choices.find((word) => word === text);
    if (text === null || chosen !== undefined) return chosen ?? null;
    return this.#refuse(name, text, `must be ${choices.join(" or ")}`);
  }

  password(name: BootstrapVariable): string | null {
    const text = this.#text(name);
    if (text === null || [...text].length >= shortestPassword) return text;
    return this.#refuse(name, "a shorter one", `must have at least ${shortestPassword} characters`);
  }

  database(name: BootstrapVariable): string | null {
    const text = this.#text(name);
    if (text === null) return null;
    const [, scheme, rest] = /^([a-z][a-z+]+):(.*)$/is.exec(text) ?? [null, "sqlite", text];
    if (scheme === "sqlite" && rest) return resolve(this.#workingDirectory, rest);
    if (scheme === "file" && URL.canParse(text)) return fileURLToPath(text);
    // The rest of another database's URL holds a password.
    return this.#refuse(name, `${scheme}:…`, "must be a path, sqlite: with a path, or a file: URL");
  }

  certificate(certName: BootstrapVariable, keyName: BootstrapVariable): Environment["dashboardCertificate"] {
    const certPath = this.path(certName);
    const keyPath = this.path(keyName);
    if (certPath !== null && keyPath !== null) return { certPath, keyPath };
    if (certPath !== null) this.#refuse(keyName, "nothing", `must be given together with ${certName}`);
    if (keyPath !== null) this.#refuse(certName, "nothing", `must be given together with ${keyName}`);
    return null;
  }

  #text(name: BootstrapVariable): string | null {
    return this.#variables[name] || null;
  }

  #refuse(key: string, value: string, rule: string): null {
    this.violations.push({ key, value, rule });
    return null;
  }
}
