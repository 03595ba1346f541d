/** Whom a mapped message goes to: as what they are named, and in how many requests. */
import { parseAddressList } from "../../mail/address_list.ts";
import { fieldValue, type HeaderSection } from "../../mail/header_section.ts";
import type { Mailbox } from "../../mail/mailbox.ts";
import type { MappedRecipients } from "./mapped_message.ts";
import { batchesOf } from "./recipient_batches.ts";

/** What an API takes in one request. */
export interface RequestCapacity {
  /** Recipients, those in `to`, `cc` and `bcc` together. */
  readonly recipients: number;
  /** Whether a request needs somebody in `to`. */
  readonly needsTo: boolean;
}

/** How many addresses a note names. */
const maxNamed = 3;

/**
 * Places each of `recipients` once: where `To` or `Cc` names it, with its display name, else in `bcc`.
 *
 * Who is named there without being a recipient of this attempt is left out: an API would send the message to him, again
 * or against the rules of routing.
 */
export function placeRecipients(section: HeaderSection, recipients: readonly string[]): MappedRecipients {
  const waiting = new WaitingRecipients(recipients);
  const left: string[] = [];
  const place = (field: string): Mailbox[] =>
    listed(section, field).flatMap(({ name, address, text }) => {
      const recipient = address === null ? undefined : waiting.take(address);
      if (recipient === undefined) left.push(address ?? text);
      return recipient === undefined ? [] : [{ name: cleanName(name), address: recipient }];
    });
  const to = place("to");
  const cc = place("cc");
  const bcc = waiting.rest().map((address) => ({ name: "", address }));
  return { to, cc, bcc, omitted: left.length === 0 ? [] : [`mention of ${nameSome(left)} in To or Cc`] };
}

/**
 * Splits recipients so that each request has no more than `capacity`.
 *
 * Nobody whom the header section does not name becomes visible to another: where an API needs a `to` and there is none,
 * each of them gets a request of his own.
 */
export function splitRecipients(placed: MappedRecipients, capacity: RequestCapacity): MappedRecipients[] {
  const { to, cc, bcc } = placed;
  const room = capacity.recipients;
  const visible = [
    ...to.map((mailbox) => ({ mailbox, isTo: true })),
    ...cc.map((mailbox) => ({ mailbox, isTo: false })),
  ];
  const groups = batchesOf(visible, room).map((group, index): MappedRecipients => {
    const named = {
      to: group.filter(({ isTo }) => isTo).map(({ mailbox }) => mailbox),
      cc: group.filter(({ isTo }) => !isTo).map(({ mailbox }) => mailbox),
      bcc: index === 0 ? bcc.slice(0, room - group.length) : [],
    };
    const others = visible.length - group.length;
    const omitted = others === 0 ? placed.omitted : [...placed.omitted, `mention of ${others} others in To or Cc`];
    return capacity.needsTo && named.to.length === 0 ? withCcAsTo(named, omitted) : { ...named, omitted };
  });
  const rest = bcc.slice(groups[0]?.bcc.length ?? 0);
  return [...groups, ...splitUnnamed(rest, capacity, placed.omitted)];
}

/** All whom a request reaches. */
export function addressesOf({ to, cc, bcc }: MappedRecipients): string[] {
  return [...to, ...cc, ...bcc].map(({ address }) => address);
}

/** A display name of one line. */
export function cleanName(name: string): string {
  return name
    .replace(/\p{Cc}+/gu, " ")
    .trim()
    .toWellFormed();
}

function withCcAsTo({ cc, bcc }: Omit<MappedRecipients, "omitted">, omitted: readonly string[]): MappedRecipients {
  return { to: cc, cc: [], bcc, omitted: [...omitted, "that the recipients were in Cc: they are in To"] };
}

function splitUnnamed(
  bcc: readonly Mailbox[],
  { recipients, needsTo }: RequestCapacity,
  omitted: readonly string[],
): MappedRecipients[] {
  if (needsTo) return bcc.map((mailbox) => ({ to: [mailbox], cc: [], bcc: [], omitted }));
  return batchesOf(bcc, recipients).map((batch) => ({ to: [], cc: [], bcc: batch, omitted }));
}

function listed(section: HeaderSection, name: string) {
  const fields = section.fields.filter((field) => field.name === name);
  return fields.flatMap((field) => parseAddressList(fieldValue(section, field)));
}

function nameSome(names: readonly string[]): string {
  const some = names.slice(0, maxNamed).map((name) => name.slice(0, 100));
  return names.length > maxNamed ? `${some.join(", ")} and ${names.length - maxNamed} more` : some.join(", ");
}

/** The recipients that have no place yet. Header sections often spell an address in other letters than the envelope. */
class WaitingRecipients {
  readonly #byKey = new Map<string, string[]>();

  constructor(recipients: readonly string[]) {
    for (const recipient of recipients) {
      const key = recipient.toLowerCase();
      this.#byKey.set(key, [...(this.#byKey.get(key) ?? []), recipient]);
    }
  }

  /** The recipient that `address` names; of two that differ in letters only, the one that is spelt so. */
  take(address: string): string | undefined {
    const candidates = this.#byKey.get(address.toLowerCase()) ?? [];
    const index = Math.max(0, candidates.indexOf(address));
    return candidates.splice(index, 1)[0];
  }

  rest(): string[] {
    return [...this.#byKey.values()].flat();
  }
}
