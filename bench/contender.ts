/** What is measured: a mail relay that accepts on one port and forwards to another. */

/** A running relay. */
export interface Contender {
  readonly name: string;
  readonly smtpPort: number;
  /** Bytes of memory that its processes hold at this moment. */
  residentBytes(): number;
  /** Deletes what is queued, where that can be done while it runs. */
  empty(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a relay that forwards to `relayPort` on loopback. */
export type StartContender = (relayPort: number) => Promise<Contender>;
