/** Tests a relay over connections of its own. */
import { HttpTransport } from "../core/relay/http/http_transport.ts";
import { localTransport } from "../core/relay/local_transport.ts";
import { AccessTokens } from "../core/relay/oauth/access_tokens.ts";
import type { TokenSource } from "../core/relay/oauth/token_grant.ts";
import { findProvider } from "../core/relay/provider_table.ts";
import type { Relay } from "../core/relay/relay.ts";
import { type RelayTest, type TestEnvelope, type TrialWatch, tryRelay } from "../core/relay/relay_trial.ts";
import { smartHostOf } from "../core/relay/smart_host.ts";
import { reportSmtpResult } from "../core/relay/smtp_result.ts";
import type { Transport } from "../core/relay/transport.ts";
import { systemClock } from "./clock.ts";
import { directFetch } from "./direct_fetch.ts";
import { idSource } from "./id_source.ts";
import { SmtpSession } from "./smtp_client.ts";

/** Longest time that a test may take: a little more than one exchange with a provider. */
const timeoutMs = 65_000;

/** Sends a test message through `relay`. */
export function testRelay(relay: Relay, envelope: TestEnvelope, serverName: string): Promise<RelayTest> {
  const fetch = directFetch();
  const tokens = new AccessTokens({ fetch, clock: systemClock });
  return tryRelay(relay, envelope, {
    serverName,
    nowMs: Date.now,
    ids: idSource,
    signal: AbortSignal.timeout(timeoutMs),
    transports: (watch) => ({
      local: localTransport,
      smtp: singleSession(serverName, tokens, watch.line),
      http: new HttpTransport({
        fetch,
        tokens,
        largeFiles: noLargeFiles,
        clock: systemClock,
        crypto,
        findProvider,
        watch: watch.exchange,
      }),
    }),
  });
}

/** A transport over SMTP with a session for each message. */
function singleSession(clientName: string, tokens: TokenSource, trace: TrialWatch["line"]): Transport {
  return {
    async send(relay, { entry, recipients, content }, signal) {
      if (content.kind !== "inline")
        throw new TypeError(`Cannot test with a large message: current value is ${entry.id}`);
      const opened = await SmtpSession.open(smartHostOf(relay, clientName), signal, { trace, tokens });
      if (!(opened instanceof SmtpSession)) return reportSmtpResult(recipients, opened);
      try {
        const { sender, sizeBytes } = entry;
        const result = await opened.send({ sender, recipients, sizeBytes, content: content.bytes }, signal);
        return reportSmtpResult(recipients, result);
      } finally {
        opened.quit();
      }
    },
  };
}

const noLargeFiles = {
  open(name: string): never {
    throw new TypeError(`Cannot test with a large message: current value is ${name}`);
  },
};
