/** Whether a smart host has shown a certificate that is good for it. */
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { explainRefusal } from "../core/relay/certificate_refusal.ts";
import type { SmartHost } from "../core/relay/smtp_result.ts";

/** Why its certificate is not accepted, as a sentence; `null` when it is, or nobody asks. */
export function certificateObstacle(socket: Socket | false | null, host: SmartHost): string | null {
  if (!(socket instanceof TLSSocket) || !host.verifyCertificate || socket.authorized === true) return null;
  // Node has the name of the reason there, Bun an error that has it.
  const reason = socket.authorizationError as unknown as string | (Error & { code?: string }) | undefined;
  const { raw } = socket.getPeerCertificate();
  return explainRefusal({
    code: typeof reason === "string" ? reason : (reason?.code ?? "unknown reason"),
    hostName: `${host.host}:${host.port}`,
    der: raw === undefined ? null : new Uint8Array(raw).buffer,
    nowMs: Date.now(),
    hasOwnAuthorities: host.caPem !== undefined,
  });
}
