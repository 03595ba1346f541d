/** Clients that open one TLS connection after the other, as fast as they can. */
import { once } from "node:events";
import { connect, type TLSSocket } from "node:tls";
import { SmtpClient } from "../tests/support/e2e_smtp_client.ts";

/** What came of the load. */
export interface TlsLoad {
  readonly connections: number;
  /** What went wrong, one text for each connection that failed. */
  readonly failures: readonly string[];
  /** How many different certificates were shown. */
  readonly certificates: number;
}

/** Makes one connection, has the server answer inside it, and returns the certificate's fingerprint. */
export type TlsConnect = (port: number) => Promise<string>;

/** Opens an HTTPS connection and makes a request. */
export const connectHttps: TlsConnect = async (port) => {
  const socket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false });
  await once(socket, "secureConnect");
  socket.write("HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  const [answer] = (await once(socket, "data")) as [Buffer];
  if (!answer.toString("latin1").startsWith("HTTP/1.1 ")) throw new Error(`HTTPS answered ${answer}`);
  return finish(socket);
};

/** Opens an SMTP connection, upgrades it and says NOOP. */
export const connectSmtp: TlsConnect = async (port) => {
  const plain = await SmtpClient.greet(port);
  const client = await plain.startTls();
  const answer = await client.command("NOOP");
  if (!answer.startsWith("250")) throw new Error(`SMTP answered ${answer}`);
  return finish(client.socket as TLSSocket);
};

function finish(socket: TLSSocket): string {
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.on("error", () => undefined).destroy();
  return fingerprint256;
}

/** Keeps `clients` connecting to `port` until `done` settles. */
export async function loadTls(
  port: number,
  connectOnce: TlsConnect,
  clients: number,
  done: Promise<unknown>,
): Promise<TlsLoad> {
  let isOver = false;
  const end = () => {
    isOver = true;
  };
  void done.then(end, end);
  const certificates = new Set<string>();
  const failures: string[] = [];
  let connections = 0;
  const keepConnecting = async () => {
    while (!isOver) {
      connections++;
      await connectOnce(port).then(
        (fingerprint) => certificates.add(fingerprint),
        (error: unknown) => failures.push(String(error)),
      );
    }
  };
  await Promise.all(Array.from({ length: clients }, keepConnecting));
  return { connections, failures, certificates: certificates.size };
}
