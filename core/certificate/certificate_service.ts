/** The one way to look at and change the shared certificate, for the command line, the admin API and the dashboard. */
import type { Actor } from "../access/actor.ts";
import type { Clock, DecryptTripleDes, Files, Logger } from "../capabilities.ts";
import type { ConfigService } from "../config/config_service.ts";
import { DispatchError } from "../error/mod.ts";
import type { SecretBox } from "../secret/mod.ts";
import type { CertificateRecord, CertificateRecordStore } from "./certificate_record.ts";
import type { MaterialCheck } from "./check_material.ts";
import type { TlsIdentity } from "./identity.ts";
import { CertificateKeeper } from "./keeper.ts";
import type { KeyKind } from "./key_kind.ts";
import type { Material } from "./material.ts";
import type { NameSources } from "./names.ts";

/** Where the certificate in service comes from. */
export type CertificateSource = "automatic" | "generated" | "uploaded";

/** What the service rests on. */
export interface CertificateServiceOptions {
  readonly crypto: Crypto;
  readonly decryptTripleDes: DecryptTripleDes;
  readonly files: Files;
  readonly box: SecretBox;
  readonly records: CertificateRecordStore;
  readonly config: Pick<ConfigService, "holder" | "record">;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What the host calls itself at this moment, for certificates that are made. */
  readonly hostNames: () => Omit<NameSources, "serverName">;
  /** Makes ids: `prefix` + 32 hex digits. */
  readonly uniqueId: (prefix: string) => string;
}

/** Who changes the certificate, and what they had seen when they decided to. */
export interface CertificateChange {
  readonly actor: Actor;
  /** Fingerprint of the certificate that the author saw in service. Default: the one in service when the call begins. */
  readonly seen?: string | undefined;
}

/** What a generated certificate is to be; all defaults are good. */
export interface GenerateRequest {
  /** DNS names, IDN and wildcards included. Default, with no address either: those of an automatic certificate. */
  readonly names?: readonly string[] | undefined;
  readonly addresses?: readonly string[] | undefined;
  /** Default `p256`. */
  readonly key?: KeyKind | undefined;
  /** 1–825; default 397. */
  readonly days?: number | undefined;
}

/** An identity that was in service earlier. */
export type EarlierCertificate = Omit<CertificateRecord, "sealedPassword" | "path"> & { readonly replacedAtMs: number };

/** The shared certificate: one is in service at all times. Changes are made one at a time, each whole or not at all. */
export class CertificateService {
  /** Holds the identity in service; the listeners follow it. */
  readonly keeper: CertificateKeeper;

  private constructor(identity: TlsIdentity) {
    this.keeper = new CertificateKeeper(identity, () => undefined);
  }

  /** Loads the identity in service. An uploaded or generated one that can't be read gives way to the automatic one. */
  static async open(_options: CertificateServiceOptions): Promise<CertificateService> {
    throw new DispatchError("internal_error", {});
  }

  /** Where the identity in service really comes from. */
  get source(): CertificateSource {
    throw new DispatchError("internal_error", {});
  }

  /** Checks files by every rule; changes nothing. */
  async check(_material: Material): Promise<MaterialCheck> {
    throw new DispatchError("internal_error", {});
  }

  /** Puts what the files hold in service. @throws {DispatchError} `certificate_refused`, `certificate_changed`, `certificate_not_stored`, `config_pinned` */
  async upload(_material: Material, _change: CertificateChange): Promise<MaterialCheck> {
    throw new DispatchError("internal_error", {});
  }

  /** Makes a self-signed certificate and puts it in service. @throws {DispatchError} `certificate_request_invalid`, and as {@link upload} */
  async generate(_request: GenerateRequest, _change: CertificateChange): Promise<void> {
    throw new DispatchError("internal_error", {});
  }

  /** Goes back to the automatic certificate. @throws {DispatchError} `certificate_changed`, `config_pinned` */
  async remove(_change: CertificateChange): Promise<void> {
    throw new DispatchError("internal_error", {});
  }

  /** The identities that were in service earlier, the one replaced last first; at most five, for 90 days. */
  async history(): Promise<EarlierCertificate[]> {
    throw new DispatchError("internal_error", {});
  }

  /** Puts an earlier identity back. @throws {DispatchError} `certificate_record_unknown`, `certificate_unreadable`, `certificate_refused` (`expired`), and as {@link remove} */
  async restore(_id: string, _change: CertificateChange): Promise<void> {
    throw new DispatchError("internal_error", {});
  }

  /** The PFX of the identity in service, under a passphrase of the operator's. @throws {DispatchError} `passphrase_too_short` (under 8) */
  async exportPfx(_passphrase: string): Promise<Uint8Array<ArrayBuffer>> {
    throw new DispatchError("internal_error", {});
  }

  /** To be called daily: renews the automatic certificate when it is due, and deletes what is older than 90 days. */
  async maintain(): Promise<void> {}
}
