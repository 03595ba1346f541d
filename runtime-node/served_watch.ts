/** Knows which certificate each listener serves, by asking the listeners themselves. */

import type { ServedCertificate } from "../core/certificate/served_certificate.ts";
import type { ListenerSet } from "../core/lifecycle/listener_set.ts";
import type { Certificates } from "./certificates.ts";
import type { ServiceListener } from "./listeners.ts";
import { fingerprintServedBy } from "./served_certificate.ts";

/** How long an answer serves those who do not need a fresh one. */
const recentMs = 60 * 60 * 1000;

/** The watch over what is served. */
export interface ServedWatch {
  /** Asks every listener. */
  now(): Promise<readonly ServedCertificate[]>;
  /** The answer of the last hour, unless a certificate or a listener has changed since. */
  recent(): Promise<readonly ServedCertificate[]>;
}

/** Watches the mail listeners with TLS; the dashboard's certificate is its own affair. */
export function watchServed(listeners: () => ListenerSet<ServiceListener>, { shared }: Certificates): ServedWatch {
  let last: { readonly key: string; readonly atMs: number; readonly served: Promise<readonly ServedCertificate[]> };

  function now(): Promise<readonly ServedCertificate[]> {
    const current = shared.current.facts.fingerprintSha256;
    const specs = listeners().bound.filter(({ kind }) => kind !== "http" && kind !== "dashboard");
    const served = Promise.all(
      specs.map(async ({ kind, port }): Promise<ServedCertificate> => {
        // A listener that gives no answer serves nothing; that it is not the current one says the rest.
        const fingerprintSha256 = await fingerprintServedBy({ kind, port }).catch(() => null);
        const reason = fingerprintSha256 === null ? "it gave no answer" : null;
        const checkedAt = new Date().toISOString();
        return { listener: kind, port, fingerprintSha256, current: fingerprintSha256 === current, reason, checkedAt };
      }),
    );
    last = { key: keyOf(), atMs: Date.now(), served };
    return served;
  }
  function keyOf(): string {
    return [shared.current.facts.fingerprintSha256, ...listeners().bound.map(({ kind, port }) => kind + port)].join();
  }
  return {
    now,
    recent: () => (last?.key === keyOf() && Date.now() - last.atMs < recentMs ? last.served : now()),
  };
}
