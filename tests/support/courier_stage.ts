/** A courier that is under test: its set-up, and the turns and the time that it is given. */
import { Courier, type CourierOptions } from "../../core/relay/courier.ts";
import { recordingLogger, type TestClock } from "./spool_fixture.ts";

/** What a test says about its courier; retries are spread by nothing unless it says so. */
export type StagedCourier = Pick<CourierOptions, "spool" | "relays" | "settings" | "transportFor"> &
  Partial<CourierOptions> & { readonly clock: TestClock };

/** Starts a courier. */
export function startCourier(options: StagedCourier): Courier {
  const courier = new Courier({
    logger: recordingLogger(),
    random: () => 0,
    createEventId: () => "evt_1",
    ...options,
  });
  courier.start();
  return courier;
}

/** Stops a courier at once; for what it still has to store it is given the pause after which it tries that again. */
export async function stopCourier(courier: Courier, clock: TestClock): Promise<void> {
  const stopped = courier.stop(0);
  clock.advance(1000);
  await stopped;
}

/** Lets all that can go on without time or events go on. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 30; i++) await new Promise((resolve) => setTimeout(resolve, 0));
}
