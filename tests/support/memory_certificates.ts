/** The shared certificate in memory: it notes what is asked of it, and judges files as a test says. */
import type {
  CertificateChange,
  EarlierCertificate,
  GenerateRequest,
} from "../../core/certificate/certificate_service.ts";
import type { MaterialCheck } from "../../core/certificate/check_material.ts";
import { type Finding, finding } from "../../core/certificate/finding.ts";
import type { Material } from "../../core/certificate/material.ts";
import { CertificateKeeper, generateSelfSigned, type TlsIdentity } from "../../core/certificate/mod.ts";
import { DispatchError } from "../../core/error/mod.ts";
import type { OperationContext } from "../../core/operations/operation_context.ts";

type Certificates = OperationContext["certificates"];

/** An identity that was in service earlier. */
export const sampleEarlier: EarlierCertificate = {
  id: "crt_1",
  source: "uploaded",
  fingerprintSha256: "EE:FF",
  subject: "CN=old.example.org",
  dnsNames: ["old.example.org"],
  ipAddresses: [],
  notBefore: "2026-01-01T00:00:00.000Z",
  notAfter: "2026-12-01T00:00:00.000Z",
  installedAtMs: Date.UTC(2026, 0, 2),
  installedBy: "the dashboard from 10.0.0.5",
  replacedAtMs: Date.UTC(2026, 10, 1),
  replacedBy: "the command line",
};

/** What a change was asked to be. */
export interface AskedChange {
  readonly act: "upload" | "generate" | "remove" | "restore";
  /** The material, the request or the id. */
  readonly what: unknown;
  readonly change: CertificateChange;
}

/** One for each time: to make one takes longer than most tests that have one in service. */
const identities = new Map<number, Promise<TlsIdentity>>();

/** See the file's first line. */
export class MemoryCertificates implements Certificates {
  readonly keeper: CertificateKeeper;
  /** The changes that were asked for, in turn. */
  readonly changes: AskedChange[] = [];
  /** The material that was looked at, in turn. */
  readonly seen: Material[] = [];
  /** What the files of a check or an upload come to. */
  judge: (material: Material) => readonly Finding[] = () => [];

  private constructor(identity: TlsIdentity) {
    this.keeper = new CertificateKeeper(identity, () => undefined);
  }

  /** A real self-signed certificate is in service at first. */
  static async open(nowMs: number): Promise<MemoryCertificates> {
    const names = { dnsNames: ["relay.example.org"], ipAddresses: [] };
    const identity = identities.get(nowMs) ?? generateSelfSigned(crypto, { ...names, nowMs });
    identities.set(nowMs, identity);
    return new MemoryCertificates(await identity);
  }

  async current(): Promise<TlsIdentity> {
    return this.keeper.current;
  }

  async check(material: Material): Promise<MaterialCheck> {
    this.seen.push(material);
    const findings = this.judge(material);
    const isRefused = findings.some(({ severity }) => severity === "error");
    const { current } = this.keeper;
    return { findings, facts: isRefused ? null : current.facts, identity: isRefused ? null : current };
  }

  async upload(material: Material, change: CertificateChange): Promise<MaterialCheck> {
    const check = await this.check(material);
    if (check.identity === null) throw new DispatchError("certificate_refused", { findings: check.findings });
    this.changes.push({ act: "upload", what: material, change });
    return check;
  }

  async generate(request: GenerateRequest, change: CertificateChange): Promise<void> {
    this.changes.push({ act: "generate", what: request, change });
  }

  async remove(change: CertificateChange): Promise<void> {
    this.changes.push({ act: "remove", what: null, change });
  }

  async history(): Promise<EarlierCertificate[]> {
    return [sampleEarlier];
  }

  async restore(id: string, change: CertificateChange): Promise<void> {
    if (id !== sampleEarlier.id) throw new DispatchError("certificate_record_unknown", { id });
    this.changes.push({ act: "restore", what: id, change });
  }

  async exportPfx(passphrase: string): Promise<Uint8Array<ArrayBuffer>> {
    if (passphrase.length < 8) throw new DispatchError("passphrase_too_short", { least: 8 });
    return new TextEncoder().encode(`a PFX under ${passphrase}`);
  }
}

/** Judges like files whose key a passphrase protects. */
export function protectedBy(passphrase: string): MemoryCertificates["judge"] {
  return (material) => {
    const what = "The private key";
    if (material.passphrase === null) return [finding("key_encrypted", { what }, material.files[0]!.name)];
    return material.passphrase === passphrase ? [] : [finding("wrong_passphrase", { what: "the private key" })];
  };
}
