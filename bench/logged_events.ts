/** Events as a busy year leaves them in the message log, from a seed: a few frequent senders, many rare ones, and so on. */
import type { MessageEvent } from "../core/history/message_event.ts";

const words =
  "invoice order report backup failed completed weekly nightly server printer scan account password reset welcome offer update security alert build deploy release minutes meeting agenda ticket closed opened shipped delivery customer contract payment reminder statement summary".split(
    " ",
  );

/** Numbers from 0 up to and without 1, the same for each run (mulberry32). */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `count` events, oldest first, two of each message, over the 90 days before `endMs`. */
export function* loggedEvents(count: number, endMs: number): Generator<MessageEvent, void, void> {
  const random = seededRandom(1);
  const below = (n: number) => Math.floor(random() * n);
  /** The first are frequent, the last are rare. */
  const skewed = (n: number) => Math.floor(n ** random()) - 1;
  const stepMs = (90 * 86_400_000) / count;
  for (let number = 0; number < count; number += 2) {
    const timeMs = Math.floor(endMs - (count - number) * stepMs);
    const hex = number.toString(16).padStart(32, "0");
    const isHttp = number % 3 === 0;
    const accepted: MessageEvent = {
      eventId: `evt_${hex}`,
      timeMs,
      id: `spl_${hex}`,
      event: "queued",
      attempt: 0,
      sender: `app${skewed(2000)}@host${skewed(50)}.example.org`,
      recipients: [{ address: `user${below(100_000)}@customer${skewed(20_000)}.example.com`, kind: "to" }],
      sizeBytes: 1000 + below(100_000),
      relay: null,
      provider: null,
      rule: null,
      providerMessageId: null,
      response: null,
      error: null,
      omitted: [],
      durationMs: null,
      origin: {
        source: isHttp ? "http" : "smtp",
        clientAddress: `10.0.${skewed(250)}.${skewed(250)}`,
        tls: { version: "TLSv1.3", cipher: "TLS_AES_256_GCM_SHA384" },
        apiKeyId: isHttp ? `key_${skewed(50)}` : null,
        smtpUser: isHttp ? null : `device${skewed(200)}`,
      },
      subject: `${Array.from({ length: 5 }, () => words[below(words.length)]).join(" ")} ${number}`,
      messageId: `${hex}@host.example.org`,
      tags: [`tag${skewed(5000)}`],
      attachments: [],
    };
    yield accepted;
    const isFailed = below(50) === 0;
    yield {
      ...accepted,
      eventId: `evt_${(number + 1).toString(16).padStart(32, "0")}`,
      timeMs: timeMs + 300,
      event: isFailed ? "failed" : "delivered",
      attempt: 1,
      relay: isHttp ? "mailgun" : "smarthost",
      provider: isHttp ? "mailgun" : "smtp",
      rule: number % 10 === 0 ? "customers" : null,
      response: isFailed ? null : `250 2.0.0 Ok: queued as ${Math.imul(number, 2654435761) >>> 0}`,
      error: isFailed ? "550 5.1.1 mailbox unavailable" : null,
      durationMs: below(2000),
    };
  }
}
