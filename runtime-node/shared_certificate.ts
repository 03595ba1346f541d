/** The shared certificate, as operations see it. */
import type { CertificateService } from "../core/certificate/certificate_service.ts";
import type { SharedCertificate } from "../core/operations/operation_context.ts";

/** @param service is asked for at each use, so that a command opens it only when it has to */
export function sharedCertificate(service: () => Promise<CertificateService>): SharedCertificate {
  return {
    current: async () => (await service()).keeper.current,
    check: async (material) => (await service()).check(material),
    upload: async (material, change) => (await service()).upload(material, change),
    generate: async (request, change) => (await service()).generate(request, change),
    remove: async (change) => (await service()).remove(change),
    history: async () => (await service()).history(),
    restore: async (id, change) => (await service()).restore(id, change),
    exportPfx: async (passphrase) => (await service()).exportPfx(passphrase),
  };
}
