/** Which certificate a listener really serves: found out by connecting to it, as a client does. */
import { createHash } from "node:crypto";
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { ListenerSpec } from "../core/lifecycle/listener_plan.ts";

/** Time that a listener has to show its certificate. */
const timeoutMs = 5000;

/** SHA-256 fingerprint, as upper-case hex pairs with colons, of the certificate that a listener on this host serves. */
export async function fingerprintServedBy({ kind, port }: ListenerSpec): Promise<string> {
  const socket = connectTcp({ host: "localhost", port, autoSelectFamily: true });
  socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no answer within ${timeoutMs} ms`)));
  try {
    if (kind === "smtp") await startTls(socket);
    return await readFingerprint(socket);
  } finally {
    socket.destroy();
  }
}

function readFingerprint(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    // Whether it is trusted is not the question here, only which one it is.
    const secure = connectTls({ socket, rejectUnauthorized: false });
    secure.once("error", reject);
    secure.once("secureConnect", () => {
      const { raw } = secure.getPeerCertificate();
      const digest = createHash("sha256").update(raw).digest("hex").toUpperCase();
      secure.destroy();
      resolve(digest.replaceAll(/..(?!$)/g, "$&:"));
    });
  });
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
