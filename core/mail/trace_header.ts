/** The `Received` line that says which way a message came (RFC 5321 section 4.4). */
import { formatDate } from "./date.ts";
import { foldWords } from "./header_field.ts";

/** What a trace header says. */
export interface Trace {
  /** The name that the client gave of itself; `null` when it gave none. */
  readonly clientName: string | null;
  /** `null` when the message was made on this host. */
  readonly clientAddress: string | null;
  /** `listener.server_name`. */
  readonly serverName: string;
  /** `ESMTP`, `ESMTPS`, `ESMTPSA`, `HTTP`, … */
  readonly protocol: string;
  readonly tls: { readonly version: string; readonly cipher: string } | null;
  /** Message id. */
  readonly id: string;
  readonly timeMs: number;
}

/** The longest name that a domain can have (RFC 5321 section 4.5.3.1.2). */
const maxNameLength = 255;

/**
 * Formats a trace header, CRLF at its end, folded to lines of at most 78 columns where its words allow that.
 *
 * Format: `Received: from NAME ([ADDRESS]) by SERVER (Dispatch) with PROTOCOL (VERSION:CIPHER) id ID; DATE`. Whatever the
 * client chose is reduced to letters, digits and `. : _ - [ ]`, so that it can neither end the line nor open a comment.
 */
export function formatTraceHeader(trace: Trace): string {
  const words = [
    ...fromWords(trace),
    ` by ${atom(trace.serverName)} (Dispatch)`,
    ` with ${atom(trace.protocol)}`,
    ...(trace.tls === null ? [] : [` (${atom(trace.tls.version)}:${atom(trace.tls.cipher)})`]),
    ` id ${trace.id};`,
    ` ${formatDate(trace.timeMs)}`,
  ];
  return foldWords("Received", words);
}

function fromWords({ clientName, clientAddress }: Trace): string[] {
  if (clientAddress === null) return [];
  const literal = clientAddress.includes(":") ? `[IPv6:${atom(clientAddress)}]` : `[${atom(clientAddress)}]`;
  return [` from ${atom(clientName ?? "") || literal}`, ` (${literal})`];
}

function atom(text: string): string {
  return text.slice(0, maxNameLength).replace(/[^\w.:[\]-]/g, "");
}
