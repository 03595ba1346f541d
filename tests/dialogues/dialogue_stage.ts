/** Plays a dialogue to a real listener before a real spool, and looks at what it has left behind. */
import assert from "node:assert/strict";
import { buffer } from "node:stream/consumers";
import { mailParameters, rcptParameters } from "../../core/mail/dsn_request.ts";
import type { ClaimedMessage, SqliteSpool } from "../../core/spool/mod.ts";
import type { TlsPolicy } from "../../core/tls/policy.ts";
import { until } from "../support/e2e_process.ts";
import { cleanLine, keepLines } from "../support/kept_log.ts";
import type { MemorySmtpUsers } from "../support/memory_smtp_users.ts";
import { replyLines } from "../support/reply_lines.ts";
import { ListenerFixture } from "../support/smtp_listener_fixture.ts";
import { SpoolFixture } from "../support/spool_fixture.ts";
import { splitTraceField, traceField } from "../support/trace_field.ts";
import { DialogueClient } from "./dialogue_client.ts";
import { type Dialogue, parseDialogue, writeEscapes } from "./parse_dialogue.ts";

/** Plays the dialogue that `text` writes down. @throws when it is not as the text says */
export async function playDialogue(text: string, tls: TlsPolicy): Promise<void> {
  const dialogue = parseDialogue(text);
  const place = new SpoolFixture();
  const spool = place.open();
  const fixture = new ListenerFixture();
  Object.assign(fixture.settings, dialogue.settings);
  fixture.append = (message) => spool.append(message);
  await addUsers(fixture.users);
  const log: string[] = [];
  await fixture.open(tls, { largeFiles: place.largeFiles, logger: keepLines(log) });
  try {
    const client = await DialogueClient.connect(fixture.port, dialogue.settings.cut);
    try {
      await client.play(dialogue);
    } finally {
      client.close();
    }
    await until("the connection to be gone", () => fixture.places.open === 0);
    await checkSpool(dialogue, spool, place, client.transcript);
    assert.match(client.received, replyLines, "a reply is not well-formed");
    for (const line of log) assert.match(line, cleanLine, "a log line holds what it must not");
  } finally {
    await fixture.close();
    await spool.close();
    place.remove();
  }
}

/** README.md names them. */
async function addUsers(users: MemorySmtpUsers): Promise<void> {
  await users.add("printer", "correct horse");
  await users.add("scanner", "correct horse", { allowedSenders: ["*@scan.example"] });
  await users.add("branch", "correct horse", { allowedAddresses: ["192.0.2.0/24"] });
}

async function checkSpool(
  dialogue: Dialogue,
  spool: SqliteSpool,
  { largeFiles, clock }: SpoolFixture,
  transcript: readonly string[],
): Promise<void> {
  const { queued } = await spool.counts();
  clock.now = Date.now();
  const claimed = queued === 0 ? [] : await spool.claim(queued, AbortSignal.timeout(20_000));
  const stored = await Promise.all(claimed.map(async (message) => describe(message, await read(message))));
  const expected = dialogue.spool!.map(({ sender, recipients, content }) => write(sender!, recipients, content));
  const hint = `\nin the session:\n${transcript.join("\n")}`;
  assert.equal(stored.map(({ text }) => text).join("\n"), expected.join("\n"), `the spool holds something else${hint}`);
  for (const [index, { received }] of stored.entries()) {
    assert.match(received, traceField);
    assert.match(received, dialogue.spool![index]!.received);
  }
  const large = claimed.filter(({ content }) => content.kind === "large").length;
  await until("the files of refused messages to be gone", async () => (await largeFiles.list()).length === large);

  async function read({ content }: ClaimedMessage): Promise<string> {
    const bytes = content.kind === "inline" ? content.bytes : await buffer(largeFiles.open(content.name));
    return Buffer.from(bytes).toString("latin1");
  }
}

/** A message in the form in which a dialogue writes it, and the field that was added to it, unfolded. */
function describe({ entry }: ClaimedMessage, whole: string): { text: string; received: string } {
  const { received, rest } = splitTraceField(whole);
  const bytesOf = (address: string) => Buffer.from(address, "utf8").toString("latin1");
  const recipients = entry.recipients.map(({ address, dsn = {} }) => bytesOf(address + rcptParameters(dsn)));
  return {
    text: write(bytesOf(entry.sender + mailParameters(entry.dsn ?? {})), recipients, rest),
    received,
  };
}

function write(sender: string, recipients: readonly string[], content: string): string {
  const rows = content.split("\r\n");
  const last = rows.pop();
  const lines = [
    "SPOOL",
    `F: ${writeEscapes(sender)}`,
    ...recipients.map((address) => `T: ${writeEscapes(address)}`),
    ...rows.map((row) => `M: ${writeEscapes(row)}`),
    ...(last === "" ? [] : [`without CRLF: ${writeEscapes(last!)}`]),
  ];
  return lines.join("\n");
}
