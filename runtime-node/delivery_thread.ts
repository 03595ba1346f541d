/** The thread that delivers: takes messages from the spool's thread and sends them over the relays. */
import type { MessagePort } from "node:worker_threads";
import { Courier } from "../core/relay/courier.ts";
import { localTransport } from "../core/relay/local_transport.ts";
import { AccessTokens } from "../core/relay/oauth/access_tokens.ts";
import type { CarrierKind } from "../core/relay/provider/provider.ts";
import type { RelayTable } from "../core/relay/relay.ts";
import type { Transport } from "../core/relay/transport.ts";
import { systemClock } from "./clock.ts";
import { type DeliverySettings, serveDelivery } from "./delivery_calls.ts";
import { directFetch } from "./direct_fetch.ts";
import { idSource } from "./id_source.ts";
import { openLargeFiles } from "./large_files.ts";
import { lazyTransport } from "./lazy_transport.ts";
import { SmtpTransport } from "./smtp_transport.ts";
import { spoolOverPort } from "./spool_calls.ts";
import { runThread } from "./thread.ts";
import { giveWay } from "./thread_priority.ts";

/** What the delivery thread starts with. */
export interface DeliveryThreadData {
  /** Its other end is served by the spool's thread. */
  readonly spoolPort: MessagePort;
  readonly largeDirectory: string;
  readonly relays: RelayTable;
  readonly settings: DeliverySettings;
  /** Time that deliveries under way have when the thread is stopped. */
  readonly graceMs: number;
}

await runThread<DeliveryThreadData>(async (data, logger) => {
  // A sender waits for the answer to its message, and nobody for its delivery.
  giveWay();
  let { relays, settings } = data;
  const largeFiles = openLargeFiles(data.largeDirectory);
  const clock = systemClock;
  const fetch = directFetch(logger);
  const tokens = new AccessTokens({ fetch, clock });
  const smtp = new SmtpTransport(largeFiles, () => settings.serverName, tokens);
  // Most have no such relay, and need not have their APIs loaded.
  const http = lazyTransport(async () => {
    const { HttpTransport } = await import("../core/relay/http/http_transport.ts");
    const { findProvider } = await import("../core/relay/provider_table.ts");
    return new HttpTransport({ fetch, largeFiles, clock, crypto, tokens, findProvider });
  });
  const transports: Readonly<Record<CarrierKind, Transport>> = { local: localTransport, smtp, http };
  const courier = new Courier({
    spool: spoolOverPort(data.spoolPort),
    relays: () => relays,
    settings: () => settings,
    transportFor: (carrier) => transports[carrier],
    clock,
    logger,
    random: Math.random,
    createEventId: () => idSource.uniqueId("evt_"),
  });
  courier.start();
  return {
    ready: null,
    connect: (port) =>
      serveDelivery(port, {
        async setRelays(table) {
          relays = table;
          smtp.keepOnly(table.relays);
          courier.relaysChanged();
        },
        async setSettings(next) {
          settings = next;
        },
      }),
    async stop() {
      await courier.stop(data.graceMs);
      smtp.keepOnly([]);
    },
  };
});
