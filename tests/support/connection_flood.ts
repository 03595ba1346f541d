/**
 * A client that opens many connections and then does nothing: a program of its own, so that its file descriptors are.
 *
 * `connection_flood.ts PORT ADDRESS COUNT`; it prints how many were open or had been, and goes on until it is killed.
 */
import { connect } from "node:net";

const [port, localAddress, count] = process.argv.slice(2);

/** How many are being opened at a time. */
const width = 200;
let begun = 0;
let connected = 0;
let settled = 0;

function open(): void {
  begun += 1;
  // What the other side closes stays half open on this one.
  const socket = connect({ port: Number(port), host: "127.0.0.1", localAddress: localAddress!, allowHalfOpen: true });
  let isSettled = false;
  const settle = (): void => {
    if (isSettled) return;
    isSettled = true;
    settled += 1;
    if (begun < Number(count)) open();
    else if (settled === Number(count)) console.log(connected);
  };
  socket.once("connect", () => {
    connected += 1;
    settle();
  });
  socket.on("error", settle).on("close", settle).resume();
}

for (let i = 0; i < width; i++) open();
// Idle sockets alone keep a process alive, refused ones do not.
setInterval(() => {}, 60_000);
