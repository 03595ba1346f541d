/** What operations work on, as far as it is the same beside a service and without one. */
import { commandLineActor } from "../core/access/actor.ts";
import type { Intake } from "../core/ingest/intake.ts";
import type { OperationContext } from "../core/operations/operation_context.ts";
import type { Retention } from "../core/retention/retention.ts";
import type { Spool, SpoolContent } from "../core/spool/mod.ts";
import { systemClock } from "./clock.ts";
import { idSource } from "./id_source.ts";
import { openLargeFiles } from "./large_files.ts";
import { openMessageReader } from "./message_reader.ts";
import type { DispatchData } from "./open_data.ts";
import { largeDirectoryOf } from "./open_spool.ts";
import { describeVersion } from "./version.ts";

/** What a context is made of. */
export interface BaseContextOptions {
  readonly data: DispatchData;
  readonly spool: Spool;
  readonly spoolDirectory: string;
  readonly intake: Intake;
  readonly retention: Retention;
}

/** The part of a context that needs no running service. */
export function baseContext({ data, spool, spoolDirectory, intake, retention }: BaseContextOptions) {
  const largeFiles = openLargeFiles(largeDirectoryOf(spoolDirectory));
  return {
    // Both ways to this context, the control channel and a command without a service, are for who has a shell here.
    actor: commandLineActor,
    config: data.config,
    relays: data.relays,
    routing: data.routing,
    keys: data.keys,
    tokens: data.tokens,
    users: data.users,
    spool,
    log: data.stores.log,
    counters: data.stores.counters,
    retention,
    audit: data.audit,
    intake,
    clock: systemClock,
    uniqueId: (prefix) => idSource.uniqueId(prefix),
    readContent: (content) => (content.kind === "large" ? largeFiles.open(content.name) : streamOf(content)),
    reader: openMessageReader(),
    async testRelay(relay, envelope) {
      // With it come the clients of all providers, for which a start need not wait.
      const { testRelay } = await import("./test_relay.ts");
      return testRelay(relay, envelope, data.config.holder.current["listener.server_name"]);
    },
    version: describeVersion,
  } satisfies Partial<OperationContext>;
}

function streamOf({ bytes }: SpoolContent & { kind: "inline" }): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
}
