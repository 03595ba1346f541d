/** Opens the PFX files that the service wrote for itself. */
import { DispatchError } from "../error/mod.ts";
import { TlsIdentity } from "./identity.ts";
import { IterationBudget } from "./iteration_budget.ts";
import { Obstacle } from "./obstacle.ts";
import { passphraseForms } from "./passphrase_form.ts";
import { openPfx, type PfxContents, type PfxEntry, parsePfx } from "./pfx_reader.ts";

/** A chain of four certificates with RSA-4096 keys takes 10 KB. */
const MAX_PFX_BYTES = 1_048_576;

/**
 * Opens a PFX that holds one private key, and is proven by a MAC to be whole. The certificate that carries the key's
 * `localKeyId` is the leaf, else the first one; the others follow in the order of the file.
 *
 * @throws {DispatchError} `pfx_password_wrong`; `pfx_unreadable` when it is damaged, larger than 1 MiB, protected in a way
 * that WebCrypto does not open, or does not hold one key and its certificate; and as {@link TlsIdentity.fromDer}
 */
export async function unpackPfx(crypto: Crypto, pfxDer: Uint8Array, password: string): Promise<TlsIdentity> {
  if (pfxDer.length > MAX_PFX_BYTES) throw unreadable(`it is larger than ${MAX_PFX_BYTES} bytes`);
  return await readIdentity(crypto, await openProven(crypto, pfxDer, password));
}

async function openProven(crypto: Crypto, pfxDer: Uint8Array, password: string): Promise<PfxContents> {
  try {
    const budget = new IterationBudget();
    const pfx = parsePfx(pfxDer, budget);
    if (pfx.mac === null) throw unreadable("it has no MAC");
    return await openPfx(pfx, {
      ciphers: { crypto, decryptTripleDes: null },
      forms: passphraseForms(password),
      budget,
    });
  } catch (cause) {
    if (!(cause instanceof Obstacle)) throw cause;
    throw explain(cause);
  }
}

function explain(cause: Obstacle): DispatchError {
  if (cause.kind === "wrong_passphrase") return new DispatchError("pfx_password_wrong", {}, { cause });
  if (cause.kind === "unsupported") return unreadable(`it is protected with ${cause.reason}`, cause);
  return unreadable(`it is damaged, or not a PFX at all: ${cause.reason}`, cause);
}

async function readIdentity(crypto: Crypto, { certificates, keys }: PfxContents): Promise<TlsIdentity> {
  const [key, ...otherKeys] = keys;
  if (key === undefined) throw unreadable("it holds no private key");
  if (otherKeys.length > 0) throw unreadable(`it holds ${keys.length} private keys instead of one`);
  const leaf = certificates.find((certificate) => isMarkedAs(certificate, key)) ?? certificates[0];
  if (leaf === undefined) throw unreadable("it holds no certificate");
  const chain = [leaf, ...certificates.filter((certificate) => certificate !== leaf)];
  return await TlsIdentity.fromDer(
    crypto,
    chain.map(({ der }) => der.buffer),
    key.der.buffer,
  );
}

function isMarkedAs({ localKeyId }: PfxEntry, key: PfxEntry): boolean {
  return localKeyId !== undefined && localKeyId === key.localKeyId;
}

function unreadable(reason: string, cause?: unknown): DispatchError {
  return new DispatchError("pfx_unreadable", { reason }, cause === undefined ? {} : { cause });
}
