/** The conversation with a smart host, line by line. */

/** One line of the conversation; credentials are masked. */
export type SmtpTrace = (direction: "sent" | "received" | "note", line: string) => void;

/** nodemailer's logger interface; it hands over each line of the conversation as `debug`, credentials masked. */
export function traceLogger(
  trace: SmtpTrace,
): Record<string, (entry: { tnx?: string }, format: string, ...parts: unknown[]) => void> {
  const write = (entry: { tnx?: string }, format: string, ...parts: unknown[]): void => {
    const direction = entry.tnx === "client" ? "sent" : entry.tnx === "server" ? "received" : "note";
    let next = 0;
    const text = String(format).replaceAll(/%[sdj]/g, () => String(parts[next++]));
    for (const line of text.split(/\r?\n/)) trace(direction, line);
  };
  return { trace: write, debug: write, info: write, warn: write, error: write, fatal: write };
}
