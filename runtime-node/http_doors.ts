/** Who may come to the HTTP ports, from where, and with how many connections: by the settings in force. */
import type { SettingKey, SettingsHolder } from "../core/config/mod.ts";
import type { RefusalLines } from "../core/history/refusal_lines.ts";
import type { ConnectionLimitSettings } from "../core/ingest/connection_limits.ts";
import { type ConnectionRefusal, httpDoor } from "../core/ingest/http_door.ts";
import type { AdmitConnection } from "../core/ingest/http_listener.ts";
import { liveCidrList } from "./live_cidr_list.ts";
import type { OwnProbes } from "./own_probes.ts";

/** Connections to the dashboard: a browser opens six, and few people have one open. */
const operatorLimits: ConnectionLimitSettings = { max: 200, maxPerClient: 50 };

/** The door of one app, over all of its ports. */
export interface HttpDoor {
  /** Whether the address may use the app. */
  readonly isAllowed: (address: string) => boolean;
  /** Whether the address is a trusted proxy of the app. */
  readonly isProxy: (address: string) => boolean;
  readonly admit: AdmitConnection;
}

/** What the doors rest on. */
export interface HttpDoorsOptions {
  readonly holder: SettingsHolder;
  readonly probes: OwnProbes;
  readonly lines: RefusalLines;
}

/** One app's own part of its door. */
interface DoorPlan {
  readonly app: "api" | "webui";
  readonly isAllowed: (address: string) => boolean;
  readonly limits: () => ConnectionLimitSettings;
  /** The setting that is behind a refusal, for the log. */
  readonly settings: Partial<Record<ConnectionRefusal["code"], SettingKey>>;
}

/** The doors of the ingestion API, and of the operator's port. */
export function openHttpDoors(options: HttpDoorsOptions): { readonly api: HttpDoor; readonly operator: HttpDoor } {
  const { holder } = options;
  const isListed = liveCidrList(holder, "webui.allowed_cidrs");
  const api = openDoor(options, {
    app: "api",
    isAllowed: liveCidrList(holder, "api.allowed_cidrs"),
    limits: () => ({
      max: holder.current["api.max_connections"],
      maxPerClient: holder.current["api.max_connections_per_client"],
    }),
    settings: {
      too_many_connections: "api.max_connections",
      too_many_connections_from_client: "api.max_connections_per_client",
    },
  });
  const operator = openDoor(options, {
    app: "webui",
    isAllowed: (address) => holder.current["webui.allowed_cidrs"].length === 0 || isListed(address),
    limits: () => operatorLimits,
    settings: {},
  });
  return { api, operator };
}

function openDoor(
  { holder, probes, lines }: HttpDoorsOptions,
  { app, isAllowed, limits, settings }: DoorPlan,
): HttpDoor {
  const isProxy = liveCidrList(holder, `${app}.trusted_proxies`);
  const admit = httpDoor({
    limits,
    isAllowed,
    isProxy,
    isOwn: (remoteAddress, remotePort) => probes.includes({ remoteAddress, remotePort }),
    onRefused({ code, message }, address, isStranger) {
      const setting = isStranger ? `${app}.allowed_cidrs` : settings[code];
      lines.warn("http.connection_refused", message, { address, app, ...(setting === undefined ? {} : { setting }) });
    },
  });
  return { isAllowed, isProxy, admit };
}
