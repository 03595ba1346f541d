/** What can be said about a leg before anything is sent. */
import type { DeliveryReport } from "./outcome.ts";
import type { Leg } from "./plan_legs.ts";
import type { CarrierKind } from "./provider/provider.ts";
import { sameForAll } from "./sound_report.ts";

/** The outcome of a leg that can't be sent, for a message of `sizeBytes`; `null` when its relay is to be asked. */
export function refuseLeg(
  { relay, recipients }: Leg,
  sizeBytes: number,
  hasTransport: (carrier: CarrierKind) => boolean,
): DeliveryReport | null {
  const refuse = (result: "temporary" | "permanent", reason: string) =>
    sameForAll(
      recipients.map(({ address }) => address),
      result,
      reason,
    );
  // A relay that can't be used keeps its mail waiting: sending it elsewhere is not for us to decide.
  if (relay?.problem !== undefined) return refuse("temporary", relay.problem);
  if (relay === null || relay.carrier === null || !hasTransport(relay.carrier)) {
    return refuse("temporary", "No relay can take this message");
  }
  const limit = relay.maxMessageBytes;
  if (limit === null || sizeBytes <= limit) return null;
  return refuse(
    "permanent",
    `The message has ${sizeBytes} bytes; relay ${relay.name} takes messages of up to ${limit} bytes`,
  );
}
