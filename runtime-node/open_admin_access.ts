/** The administrator's access to a data directory. */
import { serviceActor } from "../core/access/actor.ts";
import { AdminAccess, type AdminPasswordStore } from "../core/access/admin_access.ts";
import { acceptPassword } from "../core/access/admin_password.ts";
import type { Logger } from "../core/capabilities.ts";
import { systemClock } from "./clock.ts";
import type { Environment } from "./environment.ts";
import type { DispatchData } from "./open_data.ts";
import { openPasswordHasher } from "./password_hasher.ts";
import { findSetupCode } from "./setup_code.ts";

/** Name under which the database notes the password's hash. */
const name = "admin_password";

/** The access, and what the first visit to the dashboard needs: `null` when there is a password. */
export interface OpenedAccess {
  readonly access: AdminAccess;
  readonly setupCode: string | null;
}

/**
 * Opens the access. The password of the environment is taken while there is none.
 *
 * @throws {DispatchError} `password_too_long` about that one
 */
export async function openAdminAccess(
  { adminPassword }: Pick<Environment, "adminPassword">,
  { stores, audit, box, config }: Pick<DispatchData, "stores" | "audit" | "box" | "config">,
  logger: Logger,
): Promise<OpenedAccess> {
  const hasher = openPasswordHasher();
  const passwords: AdminPasswordStore = {
    read: () => stores.meta.read(name),
    write: (encoded) => stores.meta.write(name, encoded),
  };
  if (adminPassword !== null && (await passwords.read()) === null) {
    await passwords.write(await hasher.hash(acceptPassword(adminPassword)));
    audit.record({ event: "access.password_set", actor: serviceActor, subject: "DISPATCH_ADMIN_PASSWORD" });
  }
  const setupCode = (await passwords.read()) === null ? await findSetupCode({ stores, box }) : null;
  const access = await AdminAccess.open({
    crypto,
    clock: systemClock,
    logger,
    audit: (entry) => audit.record(entry),
    hasher,
    passwords,
    sessions: stores.sessions,
    sessionTimeoutMinutes: () => config.holder.current["webui.session_timeout_minutes"],
    setupCode,
  });
  return { access, setupCode };
}
