/** The ways in over SMTP that a scenario's clients use, and the smart host behind them. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { generateSelfSigned } from "../../core/certificate/mod.ts";
import { delicateMessage } from "./e2e_delicate_message.ts";
import type { ClientSignIn, Handover, HandoverResult, MailClient, SmtpDoorway } from "./e2e_mail_clients.ts";
import { pickPort } from "./e2e_ports.ts";
import { until } from "./e2e_process.ts";
import { Sink } from "./e2e_sink.ts";
import type { Stage } from "./e2e_stage.ts";

const traceField = /^Received: .*(?:\r\n[ \t].*)*\r\n/;

/** A message as it reached the smart host. */
export interface ArrivedMessage {
  readonly sender: string;
  /** The `Received` field that Dispatch added. */
  readonly trace: string;
  /** All that stands after it. */
  readonly content: string;
}

/** See the file's first line. */
export class ClientDoors {
  readonly #stage: Stage;
  readonly #sink: Sink;
  readonly #ports: Readonly<Record<SmtpDoorway, number>>;
  /** Path of the certificate that the service has exported. */
  readonly certificate: string;
  /** Path of {@link delicateMessage}, with CRLF but for its last line: some clients add an end, others complete one. */
  readonly message: string;

  private constructor(stage: Stage, sink: Sink, ports: Readonly<Record<SmtpDoorway, number>>) {
    this.#stage = stage;
    this.#sink = sink;
    this.#ports = ports;
    this.certificate = join(stage.folder, "exported.pem");
    this.message = join(stage.folder, "delicate.eml");
  }

  /** Opens an SMTPS port beside the others, exports the certificate, and relays to a smart host. */
  static async open(stage: Stage): Promise<ClientDoors> {
    const sink = await Sink.start();
    stage.onClose(() => sink.close());
    await stage.relayTo(sink.port);
    const smtps = await pickPort();
    await stage.configure("listener.implicit_tls_ports", [smtps]);
    const doors = new ClientDoors(stage, sink, { plain: stage.ports.smtp, starttls: stage.ports.smtp, smtps });
    const { content } = await stage.perform("cert.export", { format: "pem" });
    await writeFile(doors.certificate, content, "base64");
    await writeFile(doors.message, delicateMessage.replaceAll("\n", "\r\n"));
    return doors;
  }

  /** Adds a user for as long as the stage is open. */
  async addUser(name: string, password: string): Promise<void> {
    await this.#stage.perform("user.add", { name, password });
    this.#stage.onClose(() => this.#stage.perform("user.remove", { name }));
  }

  /** Makes a certificate with the names that the service has, but another key, and returns its path. */
  async makeImpostor(): Promise<string> {
    const names = { dnsNames: ["localhost"], ipAddresses: ["127.0.0.1"] };
    const { certPem } = await generateSelfSigned(crypto, { ...names, key: "p256", nowMs: Date.now() });
    const path = join(this.#stage.folder, "impostor.pem");
    await writeFile(path, certPem);
    return path;
  }

  /** A handover of {@link message} through one of the doors. */
  handover(door: SmtpDoorway, recipient: string, signIn?: ClientSignIn): Handover {
    const { certificate, message } = this;
    const given = { door, port: this.#ports[door], certificate, sender: "a@example.org", recipient, message };
    return signIn === undefined ? given : { ...given, signIn };
  }

  /** Waits for the message to this recipient. */
  async arrived(recipient: string): Promise<ArrivedMessage> {
    const { sender, content } = await until(`the message to ${recipient}`, () =>
      this.#sink.messages.find(({ recipients }) => recipients.includes(recipient)),
    );
    const text = content.toString();
    const trace = traceField.exec(text)?.[0] ?? "";
    return { sender, trace, content: text.slice(trace.length) };
  }
}

/**
 * Plays with all clients at a time, each from an address of its own, and tells of all that failed.
 *
 * @param play Throws where the client fails, which then has its name.
 */
export async function withEach(
  clients: readonly MailClient[],
  play: (handOver: (handover: Handover) => Promise<HandoverResult>, index: number) => Promise<void>,
): Promise<void> {
  const failures: string[] = [];
  const playOne = async ({ name, handOver }: MailClient, index: number) => {
    try {
      await play((handover) => handOver(handover, `127.0.0.${index + 11}`), index);
    } catch (error) {
      failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  await Promise.all(clients.map(playOne));
  assert.deepEqual(failures, []);
}
