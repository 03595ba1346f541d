/** Stands in for the certificate service until that can be opened: what it can't do yet is refused. */
import type { CertificateKeeper } from "../core/certificate/mod.ts";
import { DispatchError } from "../core/error/mod.ts";
import type { OperationContext } from "../core/operations/operation_context.ts";

/** The operations' view of the shared certificate, none of whose changes is possible. */
export function interimCertificates(keeper: CertificateKeeper): OperationContext["certificates"] {
  const refuse = async (): Promise<never> => {
    throw new DispatchError("internal_error", {});
  };
  return {
    current: async () => keeper.current,
    check: refuse,
    upload: refuse,
    generate: refuse,
    remove: refuse,
    history: async () => [],
    restore: refuse,
    exportPfx: refuse,
  };
}

/** The operations' view of the administrator's access. */
export const interimAdmin: OperationContext["admin"] = {
  async resetPassword() {
    throw new DispatchError("internal_error", {});
  },
};
