/** The running service: starts its parts in order, stops them in reverse. */
import { serviceActor } from "../core/access/actor.ts";
import type { AdminAccess } from "../core/access/admin_access.ts";
import type { Logger } from "../core/capabilities.ts";
import type { Settings } from "../core/config/mod.ts";
import { DispatchError, isDispatchError } from "../core/error/mod.ts";
import { auditDenial } from "../core/history/audit_denial.ts";
import type { AuditTrail } from "../core/history/audit_trail.ts";
import type { OpenHttpsListener } from "../core/ingest/http_listener.ts";
import { listenerKeys, planListeners } from "../core/lifecycle/listener_plan.ts";
import type { ListenerSet } from "../core/lifecycle/listener_set.ts";
import { StartedParts } from "../core/lifecycle/started_parts.ts";
import { performOperation } from "../core/operations/operation_table.ts";
import type { Spool } from "../core/spool/mod.ts";
import { controlApp } from "../web/control/app.ts";
import { operatorApp } from "../web/operator/app.ts";
import type { OperatorDependencies, Perform } from "../web/operator/dependencies.ts";
import { followKeyUses } from "./api_key_uses.ts";
import { type Certificates, maintainCertificates, openCertificates } from "./certificates.ts";
import { systemClock } from "./clock.ts";
import { startControlServer } from "./control_server.ts";
import { startDeliveryThread } from "./delivery_client.ts";
import type { Environment } from "./environment.ts";
import { liveCidrList, openIntakeParts } from "./intake_parts.ts";
import { createListeners, type ServiceListener } from "./listeners.ts";
import { openAdminAccess } from "./open_admin_access.ts";
import { openServedProof } from "./open_served_proof.ts";
import { largeDirectoryOf } from "./open_spool.ts";
import { OwnProbes } from "./own_probes.ts";
import { openServiceContext, type ServiceContext } from "./service_context.ts";
import { type Foundation, layFoundation } from "./service_foundation.ts";
import { describeVersion } from "./version.ts";

/** Time that requests over the control channel have when the service stops. */
const controlGraceMs = 2000;

/** What the service is started with. */
export interface ServiceOptions {
  readonly environment: Environment;
  readonly logger: Logger;
  /** Opens listeners with TLS: the part in which the runtimes differ. */
  readonly openHttps: OpenHttpsListener;
  /** Stands between the intake and the spool; for benchmarks. Default: nothing does. */
  readonly wrapSpool?: (spool: Spool) => Spool;
}

/** A running service. */
export interface Service {
  readonly listeners: ListenerSet<ServiceListener>;
  /** What the first visit to the dashboard needs; `null` when there is a password. */
  readonly setupCode: string | null;
  /** Resolves when a part has died that the service can't go on without. */
  readonly died: Promise<unknown>;
  /** Takes no more connections, lets what is under way finish, stops everything. */
  stop(): Promise<void>;
}

/** Starts the service. @throws {DispatchError} when it can't start; then nothing is left running */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { environment, logger } = options;
  const parts = new StartedParts((part, error) =>
    logger.error("service.stop_failed", `${part} did not stop cleanly`, { error }),
  );
  const { promise: died, resolve: onDeath } = Promise.withResolvers<unknown>();
  try {
    const foundation = await layFoundation(environment, parts, logger, onDeath);
    const certificates = await startCertificates(options, parts, foundation);
    await startDelivery(options, parts, foundation, onDeath);
    const { access, setupCode } = await openAdminAccess(environment, foundation.data, logger);
    const listeners = await startListeners(options, parts, foundation, certificates, access);
    const { audit } = foundation.data;
    await parts.start(
      "record of start and stop",
      () => audit.record({ event: "service.started", actor: serviceActor, after: describeStart(listeners) }),
      () => audit.record({ event: "service.stopped", actor: serviceActor }),
    );
    return { listeners, setupCode, died, stop: () => parts.stop() };
  } catch (error) {
    await parts.stop();
    throw error;
  }
}

function describeStart({ bound }: ListenerSet<ServiceListener>) {
  return { ...describeVersion(), listeners: bound.map(({ kind, port }) => `${kind}:${port}`) };
}

async function startCertificates(
  { environment, logger }: ServiceOptions,
  parts: StartedParts,
  { data }: Foundation,
): Promise<Certificates> {
  const certificates = await openCertificates({ environment, data, logger });
  await parts.start(
    "certificates",
    () => maintainCertificates(certificates, logger),
    (stop) => stop(),
  );
  return certificates;
}

async function startDelivery(
  { logger }: ServiceOptions,
  parts: StartedParts,
  { data, spoolThread, spoolDirectory }: Foundation,
  onDeath: (error: unknown) => void,
): Promise<void> {
  const start = () =>
    startDeliveryThread({
      spoolPort: spoolThread.connect(),
      largeDirectory: largeDirectoryOf(spoolDirectory),
      relays: data.relays,
      holder: data.config.holder,
      logger,
      onDeath,
    });
  await parts.start("delivery", start, (thread) => thread.stop());
  await parts.start(
    "API key uses",
    () => followKeyUses(data, systemClock, logger),
    (follower) => follower.stop(),
  );
}

/** Opens the doors last, when all behind them is ready; the control channel before them, so that none is left waiting. */
async function startListeners(
  options: ServiceOptions,
  parts: StartedParts,
  foundation: Foundation,
  certificates: Certificates,
  access: AdminAccess,
): Promise<ListenerSet<ServiceListener>> {
  const { environment, logger, openHttps, wrapSpool = (spool: Spool) => spool } = options;
  const { data, spool, spoolDirectory, caughtUp } = foundation;
  const { holder } = data.config;
  const version = describeVersion();
  const way = { data, spool: wrapSpool(spool), spoolDirectory, caughtUp, logger, version: version.version };
  const { intake, door, limits, api, denials } = openIntakeParts(way);
  await parts.start(
    "log of refusals",
    () => denials,
    (log) => log.stop(),
  );
  const probes = new OwnProbes();
  const listeners = () => set;
  const proof = openServedProof({
    certificates,
    listeners,
    probes,
    logger,
    audit: (entry) => data.audit.record(entry),
  });
  const context = openServiceContext({
    foundation,
    intake,
    certificates,
    limits,
    denials,
    version,
    listeners,
    proof,
    access,
  });
  const operator = openOperator(context, access, foundation, logger);
  const set = createListeners({
    holder,
    certificates,
    door,
    limits,
    probes,
    api: (request, connection) => api.fetch(request, connection),
    operator: (request, connection) => operator.fetch(request, connection),
    openHttps,
    logger,
  });
  const { fetch } = controlApp({ context, logger });
  const startControl = () => startControlServer({ dataDirectory: environment.dataDirectory, fetch });
  await parts.start("control channel", startControl, (server) => server.close(controlGraceMs));
  const bind = () => set.start(planListeners(holder.current));
  await parts.start("listeners", bind, () => set.close());
  if (set.bound.length === 0) throw new DispatchError("nothing_bound", {});
  await parts.start(
    "proof of what is served",
    () => void proof.prove(),
    () => proof.stop(),
  );
  data.config.guard(listenerKeys, (next, previous) => rebind(data.config.holder, set, next, previous));
  return set;
}

function openOperator(context: ServiceContext, access: AdminAccess, { data }: Foundation, logger: Logger) {
  const { holder } = data.config;
  const allowed = liveCidrList(holder, "webui.allowed_cidrs");
  const perform: Perform = async (actor, name, input) =>
    (await performOperation({ ...context, actor }, name, input)) as never;
  const dependencies: OperatorDependencies = {
    isAllowed: (address) => holder.current["webui.allowed_cidrs"].length === 0 || allowed().includes(address),
    health: () => context.health(),
    metrics: () => context.metrics(),
    onFailure: (error, { clientAddress }) => reportFailure(error, clientAddress, logger, data.audit),
    access,
    perform,
  };
  return operatorApp(dependencies);
}

/** Refusals are told to whoever asked; for the log only those matter that a setting can lift. */
function reportFailure(error: unknown, address: string, logger: Logger, audit: AuditTrail): void {
  if (isDispatchError(error) && error.isDenial) {
    audit.record(auditDenial(error, { kind: "dashboard", name: null, address }));
  }
  if (!isDispatchError(error)) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    logger.error("dashboard.internal_error", "A request to the dashboard failed unexpectedly", { address, reason });
  } else if (error.code === "address_not_allowed") {
    logger.warn("dashboard.refused", `${error.message} ${error.remedy}`, { address });
  } else logger.debug("dashboard.refused", error.message, { address, code: error.code });
}

/** Binds the new ports before the change is stored, and closes the old ones once it is in force. */
async function rebind(
  holder: Foundation["data"]["config"]["holder"],
  set: ListenerSet<ServiceListener>,
  next: Settings,
  previous: Settings,
): Promise<() => Promise<void>> {
  const change = await set.prepare(planListeners(next), planListeners(previous));
  const unsubscribe = holder.subscribe(listenerKeys, () => {
    unsubscribe();
    change.commit();
  });
  return async () => {
    unsubscribe();
    await change.undo();
  };
}
