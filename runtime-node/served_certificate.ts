/** Which certificate a listener really serves: found out by connecting to it, as a client does. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { connect as connectTcp, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { ListenerSpec } from "../core/lifecycle/listener_plan.ts";
import type { OwnProbes } from "./own_probes.ts";

/** Time that a listener has to show its certificate, unless another is given. */
const defaultTimeoutMs = 5000;
/** Time that it has to close the connection then. */
const farewellMs = 500;
/** How many ports to connect from are tried, when those before are taken. */
const attempts = 10;

/** A listener is on both families or on IPv4 alone (`listen.ts`); the second address is for a host without IPv4. */
const loopbackAddresses = ["127.0.0.1", "::1"];

/**
 * SHA-256 fingerprint, as upper-case hex pairs with colons, of the certificate that a listener on this host serves.
 *
 * @param probes is told of the connection before it is made
 * @param timeoutMs time that the listener has, its farewell not included
 * @throws an error whose message says why the listener showed none, as the end of a sentence
 */
export async function fingerprintServedBy(
  { kind, port }: ListenerSpec,
  probes: OwnProbes,
  timeoutMs = defaultTimeoutMs,
): Promise<string> {
  const { socket, localPort } = await connectToSelf(port, probes, timeoutMs);
  try {
    if (kind === "smtp") await startTls(socket);
    const secure = await shakeHands(socket);
    const digest = createHash("sha256").update(secure.getPeerCertificate().raw).digest("hex").toUpperCase();
    await takeLeave(secure, socket);
    return digest.replaceAll(/..(?!$)/g, "$&:");
  } finally {
    socket.destroy();
    probes.release(localPort);
  }
}

interface Connection {
  readonly socket: Socket;
  readonly localPort: number;
}

async function connectToSelf(port: number, probes: OwnProbes, timeoutMs: number): Promise<Connection> {
  let failure: NodeJS.ErrnoException | undefined;
  for (const host of loopbackAddresses) {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const localPort = probes.reserve();
      try {
        return { socket: await open(host, port, localPort, timeoutMs), localPort };
      } catch (error) {
        probes.release(localPort);
        failure ??= error as NodeJS.ErrnoException;
        if (!portIsTaken(error as NodeJS.ErrnoException)) break;
      }
    }
  }
  throw failure?.code === "ECONNREFUSED" ? new Error("it refused the connection", { cause: failure }) : failure;
}

function portIsTaken({ code }: NodeJS.ErrnoException): boolean {
  return code === "EADDRINUSE" || code === "EADDRNOTAVAIL";
}

async function open(host: string, port: number, localPort: number, timeoutMs: number): Promise<Socket> {
  const socket = connectTcp({ host, port, localAddress: host, localPort });
  const timer = setTimeout(() => socket.destroy(new Error(`it took more than ${timeoutMs / 1000} seconds`)), timeoutMs);
  socket.once("close", () => clearTimeout(timer));
  await once(socket, "connect");
  // Whoever waits is told; an error that comes later, such as a reset at the end, is nobody's.
  socket.on("error", () => {});
  return socket;
}

function shakeHands(socket: Socket): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    // Whether it is trusted is not the question here, only which one it is.
    const secure = connectTls({ socket, rejectUnauthorized: false });
    secure.on("error", reject);
    secure.once("secureConnect", () => resolve(secure));
  });
}

/** Ends the connection in good order: a reset would show in the listener's log as a handshake that failed. */
async function takeLeave(secure: TLSSocket, socket: Socket): Promise<void> {
  const closed = new Promise((resolve) => socket.once("close", resolve));
  secure.resume();
  secure.end();
  await Promise.race([closed, pause(farewellMs)]);
}

/** Speaks SMTP up to the point where TLS begins (RFC 3207). */
async function startTls(socket: Socket): Promise<void> {
  await readReply(socket, "220");
  socket.write("EHLO localhost\r\n");
  await readReply(socket, "250");
  socket.write("STARTTLS\r\n");
  await readReply(socket, "220");
}

function readReply(socket: Socket, code: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = "";
    const onData = (chunk: Buffer): void => {
      text += chunk.toString("latin1");
      const last = /^(\d{3}) .*\r\n/m.exec(text);
      if (last === null) return;
      stop();
      if (last[1] === code) resolve();
      else reject(new Error(`the listener answered ${text.trim()}`));
    };
    const onClose = (): void => {
      stop();
      reject(new Error("the listener closed the connection"));
    };
    function stop(): void {
      socket.off("data", onData);
      socket.off("close", onClose);
      socket.off("error", fail);
    }
    function fail(error: Error): void {
      stop();
      reject(error);
    }
    socket.on("data", onData);
    socket.on("close", onClose);
    socket.on("error", fail);
  });
}
