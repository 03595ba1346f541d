/** The `fetch` that providers are asked with: straight to them, and nowhere else. */
import type { Logger } from "../core/capabilities.ts";

/**
 * Where Bun's `fetch` takes a proxy from, without being asked to; it can be told of another one, and not of none. Node's
 * does that with `NODE_USE_ENV_PROXY=1` alone, which only an operator sets.
 */
const proxyVariables = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"].flatMap((name) => [name, name.toLowerCase()]);

/**
 * Makes it for the thread that calls this, in whose environment no proxy is left: credentials and mail go to nobody whom
 * the operator did not name as a relay.
 *
 * Cookies are neither kept nor sent, on both runtimes; connections are kept and reused.
 */
export function directFetch(logger?: Logger): (request: Request) => Promise<Response> {
  const found = proxyVariables.filter((name) => process.env[name]);
  for (const name of found) delete process.env[name];
  if (found.length > 0) {
    const message = `Providers are reached without the proxy of ${found.join(", ")}`;
    logger?.warn("relay.proxy_ignored", message, { variables: found });
  }
  return (request) => fetch(request);
}
