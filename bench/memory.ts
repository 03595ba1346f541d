/** How much memory a relay needs for many large messages at once. */
import { SmtpClient } from "../tests/support/e2e_smtp_client.ts";
import type { Contender } from "./contender.ts";
import type { CountingSink } from "./smtp_load.ts";

const senders = 50;
const messageBytes = 25 * 1024 * 1024;
const sampleEveryMs = 50;
const line = `${"x".repeat(76)}\r\n`;
const piece = line.repeat(840);

/** Number of messages that {@link measureGrowth} sends. */
export const largeMessages = senders;

/** Sends one message of 25 MiB, headers included, at the pace at which it is taken. */
async function sendLarge(port: number, sender: number): Promise<void> {
  const client = await SmtpClient.greet(port);
  const reply = await client.envelope(`sender${sender}@example.org`, ["you@example.org"]);
  if (!reply.startsWith("354")) throw new Error(`the envelope of a large message was answered with ${reply}`);
  const head = `Subject: large ${sender}\r\n\r\n`;
  await client.write(head);
  let left = messageBytes - head.length;
  for (; left >= piece.length; left -= piece.length) await client.write(piece);
  await client.write(`${piece.slice(0, Math.max(left - 2, 0))}\r\n`);
  const accepted = await client.command(".");
  if (!accepted.startsWith("250")) throw new Error(`a large message was answered with ${accepted}`);
  client.close();
}

/** Bytes by which the memory of `contender` grows at most while all messages come in and, into `sink`, go out. */
export async function measureGrowth(contender: Contender, sink: CountingSink): Promise<number> {
  const before = contender.residentBytes();
  let peak = before;
  const sampling = setInterval(() => {
    peak = Math.max(peak, contender.residentBytes());
  }, sampleEveryMs);
  try {
    await Promise.all(Array.from({ length: senders }, (_, sender) => sendLarge(contender.smtpPort, sender)));
    await sink.full();
  } finally {
    clearInterval(sampling);
  }
  return peak - before;
}
