/** What a DER structure is, found from its shape. Pure. */
import { readElements, tags } from "./der_element.ts";

interface KindDefinition {
  readonly isKey: boolean;
  /** With its article, for findings. */
  readonly what: string;
  /** Matches {@link shapeOf} of it, and of what is left of it when its end is missing. */
  readonly shape: RegExp;
}

/** All kinds that are known; the first whose shape fits is it. */
const definitions = {
  pfx: { isKey: false, what: "a PFX file", shape: /^\{I\{D0/ },
  pkcs8: { isKey: true, what: "a private key", shape: /^\{I\{D([^{}]|\{[^{}]*\})*\}O/ },
  pkcs1: { isKey: true, what: "a private key", shape: /^\{I(I{8}|I+$)/ },
  dsa_key: { isKey: true, what: "a private key", shape: /^\{I{6}\}/ },
  sec1: { isKey: true, what: "a private key", shape: /^\{IO/ },
  encrypted_pkcs8: { isKey: true, what: "a private key", shape: /^\{\{D.*\}O/ },
  certificate: { isKey: false, what: "a certificate", shape: /^\{\{0?I\{[^{}]*\}\{[^{}]*\}\{T/ },
  certificate_request: { isKey: false, what: "a certificate request (CSR)", shape: /^\{\{I\{S*\}\{QB/ },
  crl: { isKey: false, what: "a CRL", shape: /^\{\{I?\{D[^{}]*\}\{S*\}T/ },
  certificate_set: { isKey: false, what: "a PKCS#7 file", shape: /^\{D0/ },
  public_key: { isKey: false, what: "a public key", shape: /^\{(\{D.*\}B|II\})/ },
  parameters: { isKey: false, what: "the parameters of a key", shape: /^(D|\{I{3}\}|\{I\{D.*\}\{OO)/ },
} as const satisfies Record<string, KindDefinition>;

/** Name of a kind. */
export type DerKind = keyof typeof definitions;

/** Returns the kind of a structure, whole or cut off, or `null` when it is none of them. */
export function findDerKind(bytes: Uint8Array): DerKind | null {
  const shape = shapeOf(bytes);
  const kinds = Object.entries(definitions) as [DerKind, KindDefinition][];
  return kinds.find(([, definition]) => definition.shape.test(shape))?.[0] ?? null;
}

/** What to call a kind, with its article. */
export function describeKind(kind: DerKind): string {
  return definitions[kind].what;
}

/** Tells whether a kind is a private key. */
export function isPrivateKey(kind: DerKind | null): boolean {
  return kind !== null && definitions[kind].isKey;
}

/** Sequences deeper than this are not looked into: enough to tell all kinds apart. */
const MAX_DEPTH = 3;
const MAX_CHILDREN = 10;

const letters: Readonly<Record<number, string>> = {
  [tags.integer]: "I",
  [tags.bitString]: "B",
  [tags.octetString]: "O",
  [tags.constructedOctetString]: "O",
  [tags.objectIdentifier]: "D",
  [tags.sequence]: "Q",
  [tags.set]: "S",
  [tags.utcTime]: "T",
  [tags.generalizedTime]: "T",
  [tags.context0]: "0",
};

/** A letter for each element, sequences in braces; a brace that is not closed stands for a missing end. */
function shapeOf(bytes: Uint8Array, depth = 0): string {
  const children = depth === 0 ? readElements(bytes).take(1) : readElements(bytes).take(MAX_CHILDREN);
  return Array.from(children, ({ tag, content, isWhole }) => {
    if (tag !== tags.sequence || depth === MAX_DEPTH) return letters[tag] ?? "-";
    return `{${shapeOf(content, depth + 1)}${isWhole ? "}" : ""}`;
  }).join("");
}
