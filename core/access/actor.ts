/** Who does something to Dispatch. Pure. */

/** Who does something. */
export interface Actor {
  readonly kind: "service" | "command_line" | "dashboard" | "admin_api";
  /** Where a request came from; `null` for the service itself and the command line. */
  readonly address: string | null;
  /** Name of the token that a request came with; `null` where there was none. */
  readonly name: string | null;
}

/** The service itself, on its own account. */
export const serviceActor: Actor = { kind: "service", address: null, name: null };
/** Whoever has a shell on the host. */
export const commandLineActor: Actor = { kind: "command_line", address: null, name: null };

const names: Readonly<Record<Actor["kind"], string>> = {
  service: "Dispatch itself",
  command_line: "the command line",
  dashboard: "the dashboard",
  admin_api: "the admin API",
};

/** Names an actor within a sentence: `the dashboard from 10.0.0.5`, `the admin API with the token "ci" from 10.0.0.5`. */
export function describeActor({ kind, address, name }: Actor): string {
  const token = name === null ? "" : ` with the token ${JSON.stringify(name)}`;
  return `${names[kind]}${token}${address === null ? "" : ` from ${address}`}`;
}
