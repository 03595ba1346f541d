/** Starts the thread that delivers, and keeps it told of relays, rules and settings. */
import { type MessagePort, Worker } from "node:worker_threads";
import type { Logger } from "../core/capabilities.ts";
import type { Settings, SettingsHolder } from "../core/config/mod.ts";
import type { RelayTableHolder } from "../core/relay/relay_table.ts";
import { type DeliverySettings, deliveryOverPort } from "./delivery_calls.ts";
import type { DeliveryThreadData } from "./delivery_thread.ts";
import { superviseThread } from "./thread.ts";

/** Time that deliveries under way have when the service stops. */
const graceMs = 30_000;

/** Settings that the delivery thread follows. */
const deliveryKeys = [
  "spool.worker_count",
  "spool.max_retries",
  "spool.retry_delays_seconds",
  "listener.server_name",
] as const;

/** What the delivery thread is started with. */
export interface DeliveryOptions {
  readonly spoolPort: MessagePort;
  readonly largeDirectory: string;
  readonly relays: RelayTableHolder;
  readonly holder: SettingsHolder;
  readonly logger: Logger;
  readonly onDeath: (error: unknown) => void;
}

/** A running delivery thread. */
export interface DeliveryThread {
  /** Lets deliveries under way finish, then ends. */
  stop(): Promise<void>;
}

/** Starts the thread; from then on it follows the relays and the settings. */
export async function startDeliveryThread(options: DeliveryOptions): Promise<DeliveryThread> {
  const { spoolPort, largeDirectory, relays, holder, logger, onDeath } = options;
  const settings = deliverySettings(holder.current);
  const data: DeliveryThreadData = { spoolPort, largeDirectory, relays: relays.current, settings, graceMs };
  const worker = new Worker(new URL("./delivery_thread.ts", import.meta.url), {
    workerData: data,
    transferList: [spoolPort],
  });
  const thread = await superviseThread(worker, logger, onDeath);
  const port = thread.connect();
  const control = deliveryOverPort(port);
  const unfollowRelays = relays.subscribe((table) => void control.setRelays(table));
  const unfollowSettings = holder.subscribe(deliveryKeys, (next) => void control.setSettings(deliverySettings(next)));
  return {
    async stop() {
      unfollowRelays();
      unfollowSettings();
      await thread.stop();
      port.close();
    },
  };
}

function deliverySettings(settings: Settings): DeliverySettings {
  return {
    workerCount: settings["spool.worker_count"],
    retry: {
      maxRetries: settings["spool.max_retries"],
      delaysSeconds: settings["spool.retry_delays_seconds"],
    },
    serverName: settings["listener.server_name"],
  };
}
