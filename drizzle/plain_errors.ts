/** Keeps drizzle's own errors from leaving the stores. */
import { DrizzleQueryError } from "drizzle-orm/errors";

/** An interface whose methods all return promises. */
type Asynchronous<T> = { readonly [K in keyof T]: (...parameters: never[]) => Promise<unknown> };

/**
 * The same store, whose methods fail with what the driver has thrown.
 *
 * drizzle wraps that into an error whose message quotes the statement with all its parameters: it would carry addresses
 * and digests into the log, and hide which of the product's errors it was.
 */
export function withPlainErrors<T extends Asynchronous<T>>(store: T): T {
  const plain = Object.entries<(...parameters: never[]) => Promise<unknown>>(store).map(([name, method]) => [
    name,
    async (...parameters: never[]) => {
      try {
        return await method(...parameters);
      } catch (error) {
        throw error instanceof DrizzleQueryError ? error.cause : error;
      }
    },
  ]);
  return Object.fromEntries(plain) as T;
}
