/** The self-signed identities that the service keeps for itself, and what the logs are told of them. */
import { serviceActor } from "../access/actor.ts";
import type { Logger } from "../capabilities.ts";
import type { RecordAudit } from "../history/audit_event.ts";
import { auditedCertificate } from "./audited_certificate.ts";
import {
  loadOrCreateSelfSigned,
  type SelfSignedRequest,
  type SelfSignedResult,
  type SelfSignedSlot,
  type SelfSignedStore,
} from "./certificate_store.ts";
import type { TlsIdentity } from "./identity.ts";

/** Returns the identity of {@link loadOrCreateSelfSigned}, and tells the logs when it is another than before. */
export async function openSelfSigned(
  store: SelfSignedStore & { readonly logger: Logger; readonly audit: RecordAudit },
  request: SelfSignedRequest,
): Promise<TlsIdentity> {
  const result = await loadOrCreateSelfSigned(store, request);
  report(store.logger, request.slot, result);
  audit(store.audit, request.slot, result);
  return result.identity;
}

function audit(record: RecordAudit, subject: SelfSignedSlot, result: SelfSignedResult): void {
  const { identity, outcome, earlier, reason = null } = result;
  if (outcome === "loaded") return;
  const before = earlier && auditedCertificate(earlier);
  const after = auditedCertificate(identity);
  record({ event: `certificate.${outcome}`, actor: serviceActor, subject, before, after, reason });
}

function report(logger: Logger, slot: SelfSignedSlot, result: SelfSignedResult): void {
  const { identity, outcome, reason, keptAside } = result;
  const facts = { slot, fingerprintSha256: identity.facts.fingerprintSha256 };
  if (outcome === "replaced") {
    const message = `The ${slot} certificate could not be read (${reason}); a new one was made and the old file kept.`;
    logger.error("certificate.replaced", message, { ...facts, keptAside });
  } else if (outcome !== "loaded") logger.info(`certificate.${outcome}`, `The ${slot} certificate was made.`, facts);
}
