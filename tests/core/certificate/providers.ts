/** The two WebCrypto providers that the core's suites run on: the runtime's own, and the one in JavaScript. */
import { Crypto as PeculiarCrypto } from "@peculiar/webcrypto";

export interface Provider {
  readonly name: string;
  readonly crypto: Crypto;
}

export const providers: readonly Provider[] = [
  { name: "native WebCrypto", crypto: globalThis.crypto },
  { name: "@peculiar/webcrypto", crypto: new PeculiarCrypto() },
];
