/** Connections that are one too many: told so where that is cheap, and gone soon. */
import type { Socket } from "node:net";

/** Time that a client has to read why; with data of its own unread, a close at once would take the answer away from it. */
const lingerMs = 1000;
/** The most that linger; beyond that there is no answer. */
const maxLingering = 64;

/** See the file's first line. */
export class TurnedAway {
  readonly #lingering = new Set<Socket>();

  /** Ends the connection, with `answer` if there is one. */
  add(socket: Socket, answer: string | null): void {
    socket.on("error", () => {});
    if (answer === null || this.#lingering.size >= maxLingering) {
      socket.destroy();
      return;
    }
    this.#lingering.add(socket);
    const timer = setTimeout(() => socket.destroy(), lingerMs);
    timer.unref();
    socket.once("close", () => {
      clearTimeout(timer);
      this.#lingering.delete(socket);
    });
    socket.end(answer);
  }

  /** Ends all of them now. */
  destroyAll(): void {
    for (const socket of this.#lingering) socket.destroy();
  }
}
