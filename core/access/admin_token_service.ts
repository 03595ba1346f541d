/** The life of the tokens of the admin API: create, list, revoke. */
import { DispatchError } from "../error/mod.ts";
import {
  type AdminScope,
  type AdminTokenRecord,
  type AdminTokenView,
  adminTokenPrefix,
  type CreatedAdminToken,
} from "./admin_token.ts";
import { BearerService, type BearerServiceOptions, viewBearer } from "./bearer_service.ts";

/** Creates, lists and revokes tokens. */
export class AdminTokenService {
  readonly #tokens: BearerService<AdminTokenRecord>;

  constructor(options: BearerServiceOptions<AdminTokenRecord>) {
    this.#tokens = new BearerService(options, {
      prefix: adminTokenPrefix,
      idPrefix: "tok_",
      exists: (name) => new DispatchError("admin_token_exists", { name }),
      unknown: (id) => new DispatchError("admin_token_unknown", { id }),
    });
  }

  /** Creates a token. @throws {DispatchError} `admin_token_exists` when one that is not revoked has that name */
  async create(name: string, scope: AdminScope): Promise<CreatedAdminToken> {
    const { record, secret } = await this.#tokens.create(name, (fresh) => ({ ...fresh, scope }));
    return { id: record.id, name, scope, token: secret };
  }

  /** All tokens, revoked ones too, oldest first. */
  async list(): Promise<AdminTokenView[]> {
    return (await this.#tokens.list()).map(viewToken);
  }

  /** Revokes a token; one that is revoked already stays as it is. @throws {DispatchError} `admin_token_unknown` */
  async revoke(id: string): Promise<AdminTokenView> {
    return viewToken(await this.#tokens.revoke(id));
  }
}

function viewToken(record: AdminTokenRecord): AdminTokenView {
  return { ...viewBearer(record), scope: record.scope };
}
