/** What is measured: a mail relay that accepts on one port and forwards to another. */

/** A running relay. */
export interface Contender {
  readonly name: string;
  readonly smtpPort: number;
  /** Bytes of memory that its processes hold at this moment. */
  residentBytes(): number;
  /** Ends what is left to do of the last load, so that nothing of it happens while another contender is measured. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a relay that forwards to `relayPort` on loopback. */
export type StartContender = (relayPort: number) => Promise<Contender>;
