/** The proof of what the service's own listeners serve: after each change of a certificate, and once an hour. */
import type { Logger } from "../core/capabilities.ts";
import { ServedProof } from "../core/certificate/served_proof.ts";
import type { RecordAudit } from "../core/history/audit_event.ts";
import type { ListenerSet } from "../core/lifecycle/listener_set.ts";
import type { Certificates } from "./certificates.ts";
import { systemClock } from "./clock.ts";
import { certificateOf, type ServiceListener } from "./listeners.ts";
import type { OwnProbes } from "./own_probes.ts";
import { fingerprintServedBy } from "./served_certificate.ts";

/** What the proof is made of. */
export interface ServedProofParts {
  readonly certificates: Certificates;
  readonly listeners: () => ListenerSet<ServiceListener>;
  readonly probes: OwnProbes;
  readonly logger: Logger;
  readonly audit: RecordAudit;
}

/** Prepares the proof; it asks for the first time when it is told to. */
export function openServedProof({ certificates, listeners, probes, logger, audit }: ServedProofParts): ServedProof {
  const proof = new ServedProof({
    listeners: () => listeners().bound,
    expected: (kind) =>
      kind === "http" ? null : certificateOf(kind, certificates).keeper.current.facts.fingerprintSha256,
    probe: (listener) => fingerprintServedBy(listener, probes),
    clock: systemClock,
    logger,
    audit,
  });
  for (const { keeper } of [certificates.shared, certificates.dashboard]) keeper.subscribe(() => void proof.prove());
  return proof;
}
