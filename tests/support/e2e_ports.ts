/** Ports that are free, and stay so until they are used. */
import { once } from "node:events";
import { createServer } from "node:net";

const given = new Set<number>();

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port);
    await once(server, "listening");
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

/**
 * Picks a free port from 10,000 to 31,999: below the range from which a system takes ports for outgoing connections, so
 * that a service that restarts finds its own still free.
 */
export async function pickPort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 22_000);
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) return port;
  }
}
