/** What keeps a file, or a part of one, from being read: the error of the readers in this folder. */

/** `damaged`: it is not what it should be. `unsupported`: its protection is not opened here. */
export type ObstacleKind = "damaged" | "unsupported" | "wrong_passphrase";

/** Thrown by readers of parts; those who know the file turn it into a finding or a {@link DispatchError}. */
export class Obstacle extends Error {
  override readonly name = "Obstacle";
  readonly kind: ObstacleKind;
  /** `damaged`: why, as the end of a sentence. `unsupported`: by what it is protected. Never a secret. */
  readonly reason: string;

  constructor(kind: ObstacleKind, reason: string, options?: ErrorOptions) {
    super(`${kind}: ${reason}`, options);
    this.kind = kind;
    this.reason = reason;
  }
}

/** Returns the obstacle of something that is not what it should be. */
export function damaged(reason: string, options?: ErrorOptions): Obstacle {
  return new Obstacle("damaged", reason, options);
}

/** Returns the obstacle of a protection that is not opened here. */
export function unsupported(protection: string): Obstacle {
  return new Obstacle("unsupported", protection);
}

/** Returns the obstacle of a passphrase that does not open what it was tried on. */
export function wrongPassphrase(options?: ErrorOptions): Obstacle {
  return new Obstacle("wrong_passphrase", "", options);
}
