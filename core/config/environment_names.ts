/** The environment variables that Dispatch reads: the bootstrap ones, and one for each setting. */
import { DispatchError } from "../error/mod.ts";
import { nearestName } from "./nearest.ts";
import { type SettingKey, settingKeys } from "./settings.ts";

/** What is needed before the database is there, by variable: one line each. */
export const bootstrapVariables = {
  DISPATCH_DATA_DIR: "Data directory",
  DISPATCH_DATABASE_URL: "Database: path or sqlite: URL; dispatch.db in the data directory by default",
  DISPATCH_KEY_FILE: "Encryption key file; dispatch.key in the data directory by default",
  DISPATCH_ADMIN_PASSWORD: "First-run password of the dashboard; without it a setup code is printed",
  DISPATCH_DASHBOARD_CERT: "Certificate of the dashboard, a PEM file; self-signed by default",
  DISPATCH_DASHBOARD_KEY: "Private key of the dashboard's certificate, a PEM file",
  DISPATCH_LOG_LEVEL: "Least level that is logged: debug, info (default), warn or error",
  DISPATCH_LOG_FORMAT: "Form of log lines: pretty (default on a terminal) or json",
} as const;

/** Name of a bootstrap variable. */
export type BootstrapVariable = keyof typeof bootstrapVariables;

/** Environment variables by name, as the runtime hands them over. */
export type EnvironmentRecord = Readonly<Record<string, string | undefined>>;

/** A setting that the environment pins. */
export interface Pin {
  readonly variable: string;
  readonly text: string;
}

/** The variable that pins `key`: `listener.ports` → `DISPATCH_LISTENER_PORTS`. */
export function environmentVariable(key: SettingKey): string {
  return `DISPATCH_${key.replaceAll(".", "_").toUpperCase()}`;
}

const keyByVariable = new Map(settingKeys.map((key) => [environmentVariable(key), key]));

/**
 * Returns the settings that `environment` pins.
 *
 * A variable that is set to nothing pins the empty text; one whose name does not start with `DISPATCH_` is not looked at.
 *
 * @throws {DispatchError} `environment_unknown` for a `DISPATCH_…` variable that is neither a bootstrap one nor a setting's
 */
export function readPins(environment: EnvironmentRecord): ReadonlyMap<SettingKey, Pin> {
  const pins = new Map<SettingKey, Pin>();
  for (const variable of Object.keys(environment).sort()) {
    const text = environment[variable];
    if (!variable.startsWith("DISPATCH_") || text === undefined || Object.hasOwn(bootstrapVariables, variable))
      continue;
    const key = keyByVariable.get(variable);
    if (key === undefined)
      throw new DispatchError("environment_unknown", { name: variable, nearest: nearest(variable) });
    pins.set(key, { variable, text });
  }
  return pins;
}

function nearest(variable: string): string {
  return nearestName(variable, [...Object.keys(bootstrapVariables), ...keyByVariable.keys()]);
}
