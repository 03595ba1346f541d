/** The users of SMTP in memory: the real ring and service before a store and a hasher that take no time. */
import { SmtpUserRing } from "../../core/access/smtp_user_ring.ts";
import { type SmtpUserLimits, SmtpUserService } from "../../core/access/smtp_user_service.ts";
import { QuickHasher } from "./memory_admin_access.ts";
import { MemorySmtpUserStore } from "./memory_smtp_user_store.ts";

/** A service with its parts in reach, on a clock that moves when a test moves it. */
export class MemorySmtpUsers {
  readonly clock = { nowMs: Date.UTC(2026, 10, 22, 12) };
  readonly store = new MemorySmtpUserStore();
  readonly hasher = new QuickHasher();
  readonly ring: SmtpUserRing;
  readonly service: SmtpUserService;

  constructor(uniqueId: (prefix: string) => string = (prefix) => prefix + crypto.randomUUID().replaceAll("-", "")) {
    const nowMs = () => this.clock.nowMs;
    const { store, hasher } = this;
    this.ring = new SmtpUserRing({ crypto, hasher, nowMs });
    const publish = this.ring.replace.bind(this.ring);
    this.service = new SmtpUserService({ store, hasher, nowMs, uniqueId, publish });
  }

  /** Adds a user that may do all, but for what is named. */
  async add(name: string, password: string, limits: Partial<SmtpUserLimits> = {}): Promise<void> {
    await this.service.add(name, password, { allowedAddresses: [], allowedSenders: [], ...limits });
  }
}
