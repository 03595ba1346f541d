/** The mail programs and libraries that people point at a relay, each handing over one message. */
import { readFile } from "node:fs/promises";
import { createTransport } from "nodemailer";
import { findTool, run } from "./e2e_process.ts";
import { projectRoot } from "./e2e_project_files.ts";

/** In the clear, after STARTTLS, or encrypted from the first byte. */
export type SmtpDoorway = "plain" | "starttls" | "smtps";

/** How the client signs in. */
export interface ClientSignIn {
  readonly mechanism: "PLAIN" | "LOGIN";
  readonly name: string;
  readonly password: string;
}

/** What a client is to do. Wherever there is TLS the server has to prove with {@link certificate} that it is `127.0.0.1`. */
export interface Handover {
  readonly door: SmtpDoorway;
  readonly port: number;
  /** Path of a PEM file with the only certificate that is trusted. */
  readonly certificate: string;
  readonly sender: string;
  readonly recipient: string;
  /** Path of the message; its lines end in CRLF, but for the last one, which has no end. */
  readonly message: string;
  readonly signIn?: ClientSignIn;
}

/** What came of it. */
export interface HandoverResult {
  readonly isAccepted: boolean;
  /** What the client printed. */
  readonly said: string;
}

/** One client. */
export interface MailClient {
  readonly name: string;
  /** Programs that it needs; where one is missing the client is left out, and that is said. */
  readonly tools: readonly string[];
  /** Whether it takes addresses beyond ASCII (RFC 6531). */
  readonly isInternational: boolean;
  /** @param source the address of this host that it connects from, so that a lock-out of one is none of another */
  readonly handOver: (handover: Handover, source: string) => Promise<HandoverResult>;
}

const host = "127.0.0.1";

/** A client that is a command. */
function program(
  name: string,
  isInternational: boolean,
  command: (handover: Handover, source: string) => readonly string[],
): MailClient {
  return {
    name,
    tools: [name],
    isInternational,
    async handOver(handover, source) {
      const input = await readFile(handover.message);
      const { code, stdout, stderr } = await run(command(handover, source), { input, timeoutMs: 40_000 });
      return { isAccepted: code === 0, said: stdout + stderr };
    },
  };
}

/** Every client that sends one message and ends. */
export const mailClients: readonly MailClient[] = [
  program("swaks", false, ({ door, signIn, ...given }, source) => [
    ...["swaks", "--server", host, "--port", String(given.port), "--local-interface", source],
    ...["--from", given.sender, "--to", given.recipient, "--data", `@${given.message}`],
    ...(door === "plain" ? [] : [door === "starttls" ? "--tls" : "--tls-on-connect"]),
    ...(door === "plain" ? [] : ["--tls-verify", "--tls-ca-path", given.certificate]),
    ...(signIn === undefined ? [] : ["--auth", signIn.mechanism]),
    ...(signIn === undefined ? [] : ["--auth-user", signIn.name, "--auth-password", signIn.password]),
  ]),
  program("msmtp", false, ({ door, signIn, ...given }, source) => [
    ...["msmtp", `--host=${host}`, `--port=${given.port}`, `--source-ip=${source}`, `--from=${given.sender}`],
    ...(door === "plain" ? ["--tls=off"] : ["--tls=on", `--tls-trust-file=${given.certificate}`]),
    `--tls-starttls=${door === "smtps" ? "off" : "on"}`,
    ...(signIn === undefined ? ["--auth=off"] : [`--auth=${signIn.mechanism.toLowerCase()}`]),
    ...(signIn === undefined ? [] : [`--user=${signIn.name}`, `--passwordeval=echo ${signIn.password}`]),
    ...["--", given.recipient],
  ]),
  program("curl", true, ({ door, signIn, ...given }, source) => [
    ...["curl", "-sS", "--interface", source, "--cacert", given.certificate],
    ...[`smtp${door === "smtps" ? "s" : ""}://${host}:${given.port}/client.example.org`],
    ...(door === "starttls" ? ["--ssl-reqd"] : []),
    ...["--mail-from", given.sender, "--mail-rcpt", given.recipient, "--upload-file", "-"],
    ...(signIn === undefined ? [] : ["--user", `${signIn.name}:${signIn.password}`]),
    ...(signIn === undefined ? [] : ["--login-options", `AUTH=${signIn.mechanism}`]),
  ]),
  {
    ...program("python3", true, ({ signIn, ...given }, source) => {
      const options = /[^ -~]/.test(given.recipient) ? ["SMTPUTF8", "BODY=8BITMIME"] : ["BODY=8BITMIME"];
      const plan = JSON.stringify({ ...given, ...signIn, host, source, options });
      return ["python3", `${projectRoot}tests/e2e/clients/smtplib_client.py`, plan];
    }),
    name: "Python's smtplib",
  },
  { name: "nodemailer", tools: [], isInternational: true, handOver: sendWithNodemailer },
];

async function sendWithNodemailer({ door, signIn, ...given }: Handover, localAddress: string): Promise<HandoverResult> {
  const transport = createTransport({
    host,
    port: given.port,
    localAddress,
    secure: door === "smtps",
    requireTLS: door === "starttls",
    ignoreTLS: door === "plain",
    tls: { ca: await readFile(given.certificate) },
    ...(signIn && { auth: { user: signIn.name, pass: signIn.password }, authMethod: signIn.mechanism }),
  });
  const envelope = { from: given.sender, to: given.recipient };
  try {
    const { response } = await transport.sendMail({ envelope, raw: await readFile(given.message) });
    return { isAccepted: true, said: response };
  } catch (error) {
    return { isAccepted: false, said: String(error) };
  } finally {
    transport.close();
  }
}

/** The clients that this machine has; a line `left out: …` is printed for each of the others. */
export function findMailClients(): MailClient[] {
  return mailClients.filter(({ name, tools }) => {
    const missing = tools.filter((tool) => findTool(tool) === null);
    if (missing.length > 0) console.log(`left out: mail from ${name} (not installed: ${missing.join(", ")})`);
    return missing.length === 0;
  });
}
