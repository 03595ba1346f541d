/** An SMTP listener on a free port, its intake in memory, and settings that a test changes. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LargeFiles, Logger } from "../../core/capabilities.ts";
import { generateSelfSigned } from "../../core/certificate/mod.ts";
import { RefusalLines } from "../../core/history/refusal_lines.ts";
import { ClientPlaces } from "../../core/ingest/client_places.ts";
import { SpoolingIntake } from "../../core/ingest/spooling_intake.ts";
import { createIdSource } from "../../core/mail/unique_id.ts";
import type { AppendResult, NewSpoolMessage } from "../../core/spool/mod.ts";
import { type MinTlsVersion, type TlsPolicy, tlsPolicy } from "../../core/tls/policy.ts";
import { systemClock } from "../../runtime-node/clock.ts";
import { openLargeFiles } from "../../runtime-node/large_files.ts";
import { SmtpListener, type SmtpListenerOptions } from "../../runtime-node/smtp_listener.ts";
import { openSmtpParts } from "../../runtime-node/smtp_parts.ts";
import { pickPort } from "./e2e_ports.ts";
import { MemorySmtpUsers } from "./memory_smtp_users.ts";
import { recordingLogger } from "./spool_fixture.ts";

const ids = createIdSource({
  nowMs: Date.now,
  randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
});

/** A policy with a certificate of its own; its serial number tells it from others. */
export async function newTlsPolicy(minVersion: MinTlsVersion = "TLSv1.2"): Promise<TlsPolicy> {
  const names = { dnsNames: ["localhost"], ipAddresses: [] };
  return tlsPolicy(await generateSelfSigned(crypto, { ...names, nowMs: Date.now() }), { minVersion, alpn: [] });
}

/** What a test may choose about its listener. */
export interface ListenerFixtureOptions {
  readonly port?: number;
  readonly isImplicitTls?: boolean;
  readonly largeFiles?: LargeFiles;
  readonly isOwn?: (socket: Socket) => boolean;
  readonly isTrustedProxy?: (address: string) => boolean;
  readonly times?: SmtpListenerOptions["times"];
  readonly logger?: Logger;
}

/** See the file's first line. */
export class ListenerFixture {
  readonly logger = recordingLogger();
  readonly directory = mkdtempSync(join(tmpdir(), "dispatch-listener-"));
  readonly largeFiles: LargeFiles = openLargeFiles(this.directory);
  readonly stored: NewSpoolMessage[] = [];
  /** May be changed at any time. */
  settings = {
    serverName: "relay.example.org",
    maxMessageBytes: 1_000_000,
    maxRecipients: 3,
    idleTimeoutMs: 60_000,
    bareNewlines: "normalize" as "normalize" | "reject",
    max: 100,
    maxPerClient: 50,
    isAllowed: true,
    requireAuth: false,
    allowUnsecureAuth: false,
    freeBytes: 2 ** 40,
  };
  readonly users = new MemorySmtpUsers();
  /** What the spool does with a message. */
  append: (message: NewSpoolMessage) => Promise<AppendResult> = async (message) => {
    this.stored.push(message);
    return { kind: "stored" };
  };
  readonly places = new ClientPlaces(
    () => this.settings,
    () => this.settings.isAllowed,
  );
  #listener: SmtpListener | undefined;
  #port = 0;

  get port(): number {
    return this.#port;
  }

  get listener(): SmtpListener {
    if (this.#listener === undefined) throw new TypeError("Cannot use the listener: current value is undefined");
    return this.#listener;
  }

  /** Names of the large files that exist now. */
  get files(): string[] {
    return readdirSync(this.directory);
  }

  /** Binds a free port, if none is named. */
  async open(tls: TlsPolicy, options: ListenerFixtureOptions = {}): Promise<void> {
    const {
      isImplicitTls = false,
      largeFiles = this.largeFiles,
      port = await pickPort(),
      isOwn = () => false,
      isTrustedProxy = () => false,
      times = {},
      logger = this.logger,
    } = options;
    const intake = new SpoolingIntake({
      spool: { append: (message) => this.append(message) },
      largeFiles,
      disk: { freeBytes: () => this.settings.freeBytes },
      clock: systemClock,
      createMessageId: () => ids.messageId(),
      settings: () => this.settings,
    });
    const { ring } = this.users;
    const nowMs = () => this.users.clock.nowMs;
    const lines = new RefusalLines(logger, nowMs);
    const { door, signIn } = openSmtpParts({
      intake,
      users: ring,
      isAllowed: () => this.settings.isAllowed,
      settings: () => this.settings,
      denials: { add: () => undefined },
      audit: { record: () => undefined },
      signIns: { add: () => undefined },
      logger,
      lines,
      nowMs,
    });
    this.#port = port;
    this.#listener = await SmtpListener.open({
      port,
      isImplicitTls,
      tls,
      door,
      signIn,
      places: this.places,
      isOwn,
      isTrustedProxy,
      settings: () => this.settings,
      times,
      lines,
      logger,
    });
  }

  async close(): Promise<void> {
    await this.#listener?.close(1);
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** The content of a stored message that is small, one byte as one character, without the Received line that was added. */
export function storedText(message: NewSpoolMessage | undefined): string {
  if (message?.content.kind !== "inline") throw new TypeError("Cannot read as a small message: current value is large");
  const text = Buffer.from(message.content.bytes).toString("latin1");
  return text.replace(/^Received: .*\r\n(?:[ \t].*\r\n)*/, "");
}
