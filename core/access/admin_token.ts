/** Tokens of the admin API: `dsp_admin_` + 43 characters, each with a scope; where they are stored, and what is seen of them. */
import { BearerRing, type BearerRingOptions } from "./bearer_ring.ts";
import type { BearerView } from "./bearer_service.ts";
import type { BearerRecord, BearerStore } from "./bearer_store.ts";

/** What a token may do: look at what is no secret; manage the certificate; everything. */
export const adminScopes = ["read", "certificate", "all"] as const;

/** See {@link adminScopes}. */
export type AdminScope = (typeof adminScopes)[number];

/** What every token starts with. */
export const adminTokenPrefix = "dsp_admin_";

/** What is stored about a token. */
export interface AdminTokenRecord extends BearerRecord {
  readonly scope: AdminScope;
}

/** Where tokens are stored. */
export type AdminTokenStore = BearerStore<AdminTokenRecord>;

/** What operators see of a token. */
export interface AdminTokenView extends BearerView {
  readonly scope: AdminScope;
}

/** A token that was just created. */
export interface CreatedAdminToken {
  readonly id: string;
  readonly name: string;
  readonly scope: AdminScope;
  /** The token itself, known to nobody but the caller from here on. */
  readonly token: string;
}

/** The tokens that are good at this moment. */
export class AdminTokenRing extends BearerRing<AdminTokenRecord> {
  constructor(options: Omit<BearerRingOptions, "prefix">) {
    super({ ...options, prefix: adminTokenPrefix });
  }
}
