/**
 * The X.509 library, ready for use. The only file that imports it: it needs `reflect-metadata` to be loaded before.
 *
 * Its functions fall back on a global crypto provider; here the provider is always passed to them.
 */
import "reflect-metadata";

export * from "@peculiar/x509";
