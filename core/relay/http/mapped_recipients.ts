/** Whom a mapped message goes to: as what they are named, and in how many requests. */
import { parseAddressList } from "../../mail/address_list.ts";
import { fieldValue, type HeaderSection } from "../../mail/header_section.ts";
import type { Mailbox } from "../../mail/mailbox.ts";
import type { MappedRecipients } from "./mapped_message.ts";
import { batchesOf, isPlainAddress } from "./recipient_batches.ts";

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
 * each of them gets a request of his own. So does who has an address that not every API can read.
 */
export function splitRecipients(placed: MappedRecipients, capacity: RequestCapacity): MappedRecipients[] {
  const named = [...placed.to.map(inField("to")), ...placed.cc.map(inField("cc"))];
  const [first = [], ...others] = groupsOf(named, capacity.recipients);
  const bcc = placed.bcc.map(inField("bcc"));
  // Those whom nobody sees travel with the first group, as far as there is room.
  const guests = first.some(isPlain) ? bcc.filter(isPlain).slice(0, capacity.recipients - first.length) : [];
  const rest = bcc.filter((one) => !guests.includes(one));
  const unnamed = groupsOf(rest, capacity.needsTo ? 1 : capacity.recipients);
  return [[...first, ...guests], ...others, ...unnamed]
    .filter((group) => group.length > 0)
    .map((group) => asRequest(group, named.length, placed.omitted, capacity));
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

interface Placed {
  readonly mailbox: Mailbox;
  readonly field: "to" | "cc" | "bcc";
}

function inField(field: Placed["field"]): (mailbox: Mailbox) => Placed {
  return (mailbox) => ({ mailbox, field });
}

function isPlain({ mailbox }: Placed): boolean {
  return isPlainAddress(mailbox.address);
}

/** Those with plain addresses first, `size` in each group; then each of the others alone. */
function groupsOf(everybody: readonly Placed[], size: number): Placed[][] {
  const plain = batchesOf(everybody.filter(isPlain), size);
  const odd = batchesOf(
    everybody.filter((one) => !isPlain(one)),
    1,
  );
  return [...plain, ...odd];
}

/** Somebody stands in `to`, where that is needed: those in `cc`, or else the one in `bcc`, who sees nobody but himself. */
function asRequest(
  group: readonly Placed[],
  namedCount: number,
  noted: readonly string[],
  { needsTo }: RequestCapacity,
): MappedRecipients {
  const [to, cc, bcc] = (["to", "cc", "bcc"] as const).map((field) =>
    group.filter((one) => one.field === field).map(({ mailbox }) => mailbox),
  ) as [Mailbox[], Mailbox[], Mailbox[]];
  const unmentioned = namedCount - to.length - cc.length;
  const omitted = unmentioned === 0 ? noted : [...noted, `mention of ${unmentioned} others in To or Cc`];
  if (!needsTo || to.length > 0) return { to, cc, bcc, omitted };
  if (cc.length === 0) return { to: bcc, cc, bcc: [], omitted };
  return { to: cc, cc: [], bcc, omitted: [...omitted, "that the recipients were in Cc: they are in To"] };
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
