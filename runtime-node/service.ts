/** The running service: starts its parts in order, stops them in reverse. */
import { serviceActor } from "../core/access/actor.ts";
import type { AdminAccess } from "../core/access/admin_access.ts";
import { mayMonitor } from "../core/access/monitoring.ts";
import type { Logger } from "../core/capabilities.ts";
import type { Settings } from "../core/config/mod.ts";
import { DispatchError, type ErrorCode, isDispatchError } from "../core/error/mod.ts";
import { auditDenial } from "../core/history/audit_denial.ts";
import type { AuditActor } from "../core/history/audit_event.ts";
import type { AuditTrail } from "../core/history/audit_trail.ts";
import type { DenialLog } from "../core/history/denial_log.ts";
import { RefusalLines } from "../core/history/refusal_lines.ts";
import type { OpenHttpsListener } from "../core/ingest/http_listener.ts";
import { listenerKeys, planListeners } from "../core/lifecycle/listener_plan.ts";
import type { ListenerSet } from "../core/lifecycle/listener_set.ts";
import { StartedParts } from "../core/lifecycle/started_parts.ts";
import { openFeed, performOperation } from "../core/operations/operation_table.ts";
import type { Spool } from "../core/spool/mod.ts";
import { EventStreams } from "../web/admin/event_streams.ts";
import { controlApp } from "../web/control/app.ts";
import { operatorApp } from "../web/operator/app.ts";
import type { OpenFeed, OperatorDependencies, Perform } from "../web/operator/dependencies.ts";
import { type Certificates, maintainCertificates, openCertificates } from "./certificates.ts";
import { systemClock } from "./clock.ts";
import { startControlServer } from "./control_server.ts";
import { startDeliveryThread } from "./delivery_client.ts";
import type { Environment } from "./environment.ts";
import { followUses } from "./follow_uses.ts";
import { type HttpDoor, openHttpDoors } from "./http_doors.ts";
import { openIntakeParts } from "./intake_parts.ts";
import { createListeners, type ServiceListener } from "./listeners.ts";
import { liveCidrList } from "./live_cidr_list.ts";
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
      relays: data.relayTable,
      holder: data.config.holder,
      logger,
      onDeath,
    });
  await parts.start("delivery", start, (thread) => thread.stop());
  const { keyRing, tokenRing, userRing, stores } = data;
  const counted = [
    { noun: "API keys", ring: keyRing, store: stores.apiKeys },
    { noun: "admin tokens", ring: tokenRing, store: stores.adminTokens },
    { noun: "SMTP users", ring: userRing, store: stores.smtpUsers },
  ];
  await parts.start(
    "counts of uses",
    () => followUses(counted, systemClock, logger),
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
  const probes = new OwnProbes();
  const lines = new RefusalLines(logger, systemClock.nowMs);
  const doors = openHttpDoors({ holder, probes, lines });
  const way = { data, spool: wrapSpool(spool), spoolDirectory, caughtUp, logger, lines, version: version.version };
  const { intake, door, signIn, signIns, places, api, denials } = openIntakeParts({ ...way, apiDoor: doors.api });
  await parts.start(
    "log of refusals",
    () => denials,
    (log) => log.stop(),
  );
  await parts.start(
    "log of sign-ins",
    () => signIns,
    (log) => log.stop(),
  );
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
    places,
    denials,
    lines,
    version,
    listeners,
    proof,
    access,
  });
  const streams = new EventStreams(systemClock);
  const operating = { context, access, tokens: data.tokenRing, streams };
  const operator = openOperator(operating, doors.operator, { logger, lines, audit: data.audit, denials });
  const set = createListeners({
    holder,
    certificates,
    door,
    signIn,
    places,
    isTrustedProxy: liveCidrList(holder, "listener.trusted_proxies"),
    probes,
    api: { handler: (request, connection) => api.fetch(request, connection), admit: doors.api.admit },
    operator: { handler: (request, connection) => operator.fetch(request, connection), admit: doors.operator.admit },
    openHttps,
    logger,
    lines,
  });
  const { fetch } = controlApp({ context, logger });
  const startControl = () => startControlServer({ dataDirectory: environment.dataDirectory, fetch });
  await parts.start("control channel", startControl, (server) => server.close(controlGraceMs));
  const bind = () => set.start(planListeners(holder.current));
  await parts.start("listeners", bind, () => set.close());
  await parts.start(
    "streams of events",
    () => streams,
    () => streams.close(),
  );
  if (set.bound.length === 0) throw new DispatchError("nothing_bound", {});
  await parts.start(
    "proof of what is served",
    () => void proof.prove(),
    () => proof.stop(),
  );
  data.config.guard(listenerKeys, (next, previous) => rebind(data.config.holder, set, next, previous));
  return set;
}

/** What tells of requests to the operator's port that failed. */
interface FailureReports {
  readonly logger: Logger;
  readonly lines: RefusalLines;
  readonly audit: AuditTrail;
  readonly denials: DenialLog;
}

interface Operating extends Pick<OperatorDependencies, "access" | "tokens" | "streams"> {
  readonly context: ServiceContext;
}

function openOperator({ context, ...operating }: Operating, door: HttpDoor, reports: FailureReports) {
  const perform: Perform = async (actor, name, input) =>
    (await performOperation({ ...context, actor }, name, input)) as never;
  const open: OpenFeed = (actor, name, input) => openFeed({ ...context, actor }, name, input);
  const dependencies: OperatorDependencies = {
    ...operating,
    isProxy: door.isProxy,
    isAllowed: door.isAllowed,
    mayMonitor: (address) => mayMonitor(address, context.config.holder.current["webui.allowed_cidrs"]),
    health: () => context.health(),
    metrics: () => context.metrics(),
    onFailure: (error, { clientAddress }) => reportFailure(error, clientAddress, reports),
    perform,
    open,
    version: context.version().version,
  };
  return operatorApp(dependencies);
}

const refusalsToTell: ReadonlySet<ErrorCode> = new Set([
  "address_not_allowed",
  "monitoring_not_allowed",
  "client_address_unclear",
]);

/** Refusals are told to whoever asked; for the log only those matter that a setting can lift. */
function reportFailure(error: unknown, address: string, { logger, lines, audit, denials }: FailureReports): void {
  if (isDispatchError(error) && error.isDenial) audit.record(auditDenial(error, whoWasDenied(error, address)));
  if (!isDispatchError(error)) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    logger.error("dashboard.internal_error", "A request to the dashboard failed unexpectedly", { address, reason });
  } else if (refusalsToTell.has(error.code)) {
    lines.warn("dashboard.refused", `${error.message} ${error.remedy}`, { address });
    denials.countDashboard();
  } else logger.debug("dashboard.refused", error.message, { address, code: error.code });
}

/** A token that is good for less than was asked of it is known by its name. */
function whoWasDenied(error: DispatchError, address: string): AuditActor {
  return isDispatchError(error, "scope_insufficient")
    ? { kind: "admin_api", name: error.facts.name, address }
    : { kind: "dashboard", name: null, address };
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
