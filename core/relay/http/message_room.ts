/** Room in memory for messages that are sent whole: so many bytes at a time for each relay, so that none waits for another. */

/** A message that is in, or waits to be. */
interface Guest {
  readonly sizeBytes: number;
  readonly enter: () => void;
}

/** The messages of one relay. */
interface Room {
  heldBytes: number;
  /** In the order in which they came. */
  readonly waiting: Guest[];
}

/** See the file's first line. */
export class MessageRoom {
  readonly #limitBytes: number;
  readonly #rooms = new Map<string, Room>();

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /**
   * Waits until there is room for a message of `relayId`, and resolves to what gives it back; to `null` when `signal`
   * aborts before. One that is larger than the room waits until it is alone.
   */
  enter(relayId: string, sizeBytes: number, signal: AbortSignal): Promise<(() => void) | null> {
    const room = this.#rooms.get(relayId) ?? { heldBytes: 0, waiting: [] };
    this.#rooms.set(relayId, room);
    return new Promise((resolve) => {
      const leave = () => this.#leave(relayId, room, sizeBytes);
      const guest = { sizeBytes, enter };
      function enter(): void {
        signal.removeEventListener("abort", giveUp);
        resolve(leave);
      }
      const giveUp = () => {
        room.waiting.splice(room.waiting.indexOf(guest), 1);
        this.#admit(relayId, room);
        resolve(null);
      };
      room.waiting.push(guest);
      signal.addEventListener("abort", giveUp, { once: true });
      if (signal.aborted) giveUp();
      else this.#admit(relayId, room);
    });
  }

  #leave(relayId: string, room: Room, sizeBytes: number): void {
    room.heldBytes -= sizeBytes;
    this.#admit(relayId, room);
  }

  /** Lets in, in their order, all for whom there is room; a room that nobody needs is not kept. */
  #admit(relayId: string, room: Room): void {
    for (let first = room.waiting[0]; first !== undefined; first = room.waiting[0]) {
      if (room.heldBytes > 0 && room.heldBytes + first.sizeBytes > this.#limitBytes) return;
      room.waiting.shift();
      room.heldBytes += first.sizeBytes;
      first.enter();
    }
    if (room.heldBytes === 0) this.#rooms.delete(relayId);
  }
}
