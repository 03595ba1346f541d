/**
 * The identities on disk: the self-signed ones that the service keeps for itself, and the one that was recorded in the
 * configuration. Touches the files that it is given.
 */
import type { Files } from "../capabilities.ts";
import { DispatchError, isDispatchError } from "../error/mod.ts";
import type { SecretBox } from "../secret/mod.ts";
import { generateSelfSigned } from "./generate.ts";
import type { TlsIdentity } from "./identity.ts";
import type { CertificateNames } from "./names.ts";
import { randomPassword } from "./password.ts";
import { packPfx } from "./pfx_pack.ts";
import { unpackPfx } from "./pfx_unpack.ts";
import { isRenewalDue } from "./renewal.ts";

/** Which self-signed identity: the shared one of SMTP and the HTTPS API, or the dashboard's own. */
export type SelfSignedSlot = "automatic" | "dashboard";

/** What a store of self-signed identities works with. */
export interface SelfSignedStore {
  readonly crypto: Crypto;
  readonly files: Files;
  readonly box: SecretBox;
}

/** Which identity is wanted, and when. */
export interface SelfSignedRequest {
  readonly slot: SelfSignedSlot;
  /** For a new certificate; what is stored is not compared with them. */
  readonly names: CertificateNames;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/** An identity from the store, and what had to be done to get it. */
export interface SelfSignedResult {
  readonly identity: TlsIdentity;
  /**
   * `loaded`: as it was stored. `created`: there was none. `renewed`: the stored one was about to expire. `replaced`: the
   * stored one could not be read, and was put aside.
   */
  readonly outcome: "loaded" | "created" | "renewed" | "replaced";
  /** The stored identity that it takes the place of; `null` where there was none, or none that could be read. */
  readonly earlier: TlsIdentity | null;
  /** Why the stored identity could not be read, as the end of a sentence; with `replaced` only. */
  readonly reason?: string;
  /** Absolute paths that the unreadable files were moved to; empty but with `replaced`. */
  readonly keptAside: readonly string[];
}

/** What was read: `null` for what is not there, or could not be read. */
interface Stored {
  readonly password: string | null;
  readonly identity: TlsIdentity | null;
  /** What could not be read, and why. */
  readonly reason?: string;
}

/**
 * Returns the persisted self-signed identity of a slot; the same one each time, until it is about to expire or can't be
 * read. To be called at each start, and daily for the renewal.
 *
 * Files: `tls/SLOT.pfx`, and `tls/SLOT.password` with its random password, sealed for the place `tls/SLOT`. A file that
 * can't be read is moved to `….unreadable-YYYYMMDDTHHMMSSZ`, never removed.
 */
export async function loadOrCreateSelfSigned(
  store: SelfSignedStore,
  request: SelfSignedRequest,
): Promise<SelfSignedResult> {
  const stored = await readStored(store, request.slot);
  if (stored.identity !== null && !isRenewalDue(stored.identity.facts, request.nowMs)) {
    return { identity: stored.identity, outcome: "loaded", earlier: null, keptAside: [] };
  }
  const keptAside = stored.reason === undefined ? [] : await keepAside(store, request, stored);
  const identity = await generateSelfSigned(store.crypto, { ...request.names, nowMs: request.nowMs });
  await writeIdentity(store, request.slot, identity, stored.password);
  const { identity: earlier, reason } = stored;
  if (reason !== undefined) return { identity, outcome: "replaced", earlier, reason, keptAside };
  return { identity, outcome: earlier === null ? "created" : "renewed", earlier, keptAside };
}

/**
 * Returns the identity of a PFX file that the configuration records in `tls.cert_path` and `tls.cert_password`.
 *
 * @throws {DispatchError} `certificate_unreadable` when the file is missing, can't be read or does not open
 */
export async function loadRecorded(crypto: Crypto, files: Files, path: string, password: string): Promise<TlsIdentity> {
  let location = path;
  try {
    location = files.locate(path);
    const pfx = await files.read(path);
    if (pfx !== null) return await unpackPfx(crypto, pfx, password);
  } catch (cause) {
    throw new DispatchError("certificate_unreadable", { path: location, reason: explain(cause) }, { cause });
  }
  throw new DispatchError("certificate_unreadable", { path: location, reason: "it is missing" });
}

async function readStored({ crypto, files, box }: SelfSignedStore, slot: SelfSignedSlot): Promise<Stored> {
  const { pfxPath, passwordPath, place } = slotPaths(slot);
  const pfx = await files.read(pfxPath);
  const sealed = await files.read(passwordPath);
  let password: string | null = null;
  try {
    if (sealed !== null) password = await box.open(place, new TextDecoder().decode(sealed).trim());
    if (pfx === null) return { password, identity: null };
    if (password === null) return { password, identity: null, reason: "the file with its password is missing" };
    return { password, identity: await unpackPfx(crypto, pfx, password) };
  } catch (error) {
    if (!isDispatchError(error)) throw error;
    return { password, identity: null, reason: explain(error) };
  }
}

/** Moves what can't be read out of the way: the PFX, and the password too where that is what does not open. */
async function keepAside({ files }: SelfSignedStore, request: SelfSignedRequest, stored: Stored): Promise<string[]> {
  const { pfxPath, passwordPath } = slotPaths(request.slot);
  const stamp = new Date(request.nowMs).toISOString().replace(/\.\d+|[-:]/g, "");
  const moved: string[] = [];
  for (const path of stored.password === null ? [pfxPath, passwordPath] : [pfxPath]) {
    const bytes = await files.read(path);
    if (bytes === null) continue;
    const asidePath = `${path}.unreadable-${stamp}`;
    await files.writeAtomically(asidePath, bytes);
    await files.remove(path);
    moved.push(files.locate(asidePath));
  }
  return moved;
}

async function writeIdentity(
  { crypto, files, box }: SelfSignedStore,
  slot: SelfSignedSlot,
  identity: TlsIdentity,
  storedPassword: string | null,
): Promise<void> {
  const { pfxPath, passwordPath, place } = slotPaths(slot);
  const password = storedPassword ?? randomPassword(crypto);
  // A password that opens is used again, and a new one is stored first: at no moment is there a PFX on disk, old or new,
  // whose password is not.
  if (storedPassword === null) {
    await files.writeAtomically(passwordPath, new TextEncoder().encode(`${await box.seal(place, password)}\n`));
  }
  await files.writeAtomically(pfxPath, await packPfx(crypto, identity, password));
}

function slotPaths(slot: SelfSignedSlot) {
  return { pfxPath: `tls/${slot}.pfx`, passwordPath: `tls/${slot}.password`, place: `tls/${slot}` };
}

/** What an error says, as the end of a sentence. */
export function explain(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/\.$/, "");
}
