/** Takes the header of the PROXY protocol off a connection, and leaves the rest to whoever comes next. */
import type { Socket } from "node:net";
import { type ProxyHeader, readProxyHeader } from "../core/ingest/proxy_header.ts";
import type { ConnectionSweep } from "./connection_sweep.ts";

/** Why there is no header. */
export interface ProxyFailure {
  /** The end of a sentence. */
  readonly failure: string;
  /** Whether the other side has left without a word. */
  readonly isSilent: boolean;
}

/** How a header is waited for. */
export interface ProxyWait {
  readonly sweep: ConnectionSweep;
  readonly timeoutMs: number;
}

/** Calls `done` once; then the socket is paused, and what came behind the header can be read from it. */
export function receiveProxyHeader(
  socket: Socket,
  { sweep, timeoutMs }: ProxyWait,
  done: (result: ProxyHeader | ProxyFailure) => void,
): void {
  const deadlineMs = performance.now() + timeoutMs;
  let bytes: Buffer = Buffer.alloc(0);

  function settle(result: ProxyHeader | ProxyFailure): void {
    forget();
    socket.off("data", onData).off("end", onGone).off("close", onGone);
    socket.pause();
    if ("length" in result && result.length < bytes.length) socket.unshift(bytes.subarray(result.length));
    done(result);
  }
  function onData(chunk: Buffer): void {
    bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
    const reading = readProxyHeader(bytes);
    if (reading.kind === "header") settle(reading);
    else if (reading.kind === "invalid") settle({ failure: reading.reason, isSilent: false });
  }
  function onGone(): void {
    settle({ failure: "it ended too soon", isSilent: bytes.length === 0 });
  }
  function look(nowMs: number): void {
    if (nowMs > deadlineMs) settle({ failure: `none came within ${timeoutMs / 1000} seconds`, isSilent: false });
  }
  const forget = sweep.add({ look });
  socket.on("data", onData).on("end", onGone).on("close", onGone);
}
