/** Whether a smart host has shown a certificate that is good for it. */
import { TLSSocket } from "node:tls";
import type { SmartHost } from "../core/relay/smtp_result.ts";
import type { HostConnection } from "./host_connection.ts";

/** Why its certificate is not accepted, as a sentence; `null` when it is, or nobody asks. */
export async function certificateObstacle(
  { secure, _socket: socket }: HostConnection,
  host: SmartHost,
): Promise<string | null> {
  if (!secure || !host.verifyCertificate) return null;
  const secured = socket instanceof TLSSocket ? socket : null;
  if (secured?.authorized === true) return null;
  // Node has the name of the reason there, Bun an error that has it.
  const reason = secured?.authorizationError as unknown as string | (Error & { code?: string }) | undefined;
  const raw = secured?.getPeerCertificate().raw;
  // What reads certificates is loaded when there is one to explain.
  const { explainRefusal } = await import("../core/relay/certificate_refusal.ts");
  return explainRefusal({
    code: typeof reason === "string" ? reason : (reason?.code ?? "unknown reason"),
    hostName: `${host.host}:${host.port}`,
    der: raw === undefined ? null : new Uint8Array(raw).buffer,
    nowMs: Date.now(),
    hasOwnAuthorities: host.caPem !== undefined,
  });
}
