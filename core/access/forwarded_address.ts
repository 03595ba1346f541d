/** Who the client behind a proxy is: what `Forwarded` (RFC 7239) and `X-Forwarded-For` say, as far as it can be believed. */
import { canonicalAddress } from "./cidr_list.ts";

/** The headers that proxies write; `null` where the request has none. Several lines of one are joined by commas. */
export interface ForwardingHeaders {
  readonly forwarded: string | null;
  readonly xForwardedFor: string | null;
}

/** The client's address, or why it can't be told, as the end of a sentence. */
export type ForwardedClient = { readonly address: string } | { readonly obstacle: string };

/** What a header names, leftmost first; an element that names nobody is `""`. `null`: it is not well-formed. */
type ReadNodes = (text: string) => readonly string[] | null;

interface NodeList {
  readonly header: string;
  readonly text: string;
  readonly read: ReadNodes;
}

/** No chain of proxies needs more; what is longer was made by somebody who hopes that it is cut. */
const maxHeaderLength = 4096;

/**
 * Finds the client that `proxy` asks for.
 *
 * Each proxy appends the address of whoever connected to it, so only what stands on the right was written by proxies that
 * are trusted: the list is walked from its right end, past those, and the first address that is none of them is the
 * client. Whatever is further left the client wrote itself. Where all are trusted, the leftmost is the client; where
 * neither header is, the proxy asks for itself.
 *
 * A client that can't be told is nobody, and not the proxy: that one may be let in where its clients are not. So it is
 * with `unknown` and hidden names (RFC 7239 section 6), with a header that is not well-formed, and with two headers that
 * lead to different clients: most proxies write one of them, and pass the other on as their client had sent it.
 */
export function findForwardedClient(
  proxy: string,
  { forwarded, xForwardedFor }: ForwardingHeaders,
  isTrusted: (address: string) => boolean,
): ForwardedClient {
  const lists: NodeList[] = [];
  if (forwarded !== null) lists.push({ header: "Forwarded", text: forwarded, read: readForwarded });
  if (xForwardedFor !== null) lists.push({ header: "X-Forwarded-For", text: xForwardedFor, read: readCommaList });
  const [first = { address: proxy }, second] = lists.map((list) => walk(proxy, list, isTrusted));
  if (second === undefined || "obstacle" in first) return first;
  if ("obstacle" in second) return second;
  return first.address === second.address ? first : { obstacle: "its two headers name different clients" };
}

function walk(proxy: string, { header, text, read }: NodeList, isTrusted: (address: string) => boolean) {
  if (text.length > maxHeaderLength) return { obstacle: `${header} is longer than ${maxHeaderLength} characters` };
  const nodes = read(text);
  if (nodes === null) return { obstacle: `${header} is not well-formed` };
  let address = proxy;
  for (const node of nodes.toReversed()) {
    const next = addressOfNode(node);
    if (next === null) return { obstacle: `${header} names a client without an address` };
    address = next;
    if (!isTrusted(address)) break;
  }
  return { address };
}

/** Empty elements of a list count for nothing (RFC 9110 section 5.6.1). */
function readCommaList(text: string): string[] {
  return text
    .split(",")
    .map((node) => node.trim())
    .filter((node) => node !== "");
}

/** One pair, or none, and what ends it: `;` within an element, `,` or the end of the text behind it (RFC 7239 section 4). */
const forwardedPair = /[ \t]*(?:([!#$%&'*+.^_`|~\w-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,;"]+))[ \t]*)?([,;]|$)/gy;

function readForwarded(text: string): string[] | null {
  const nodes: string[] = [];
  let pairs = new Map<string, string>();
  for (const [, name, quoted, bare, end] of text.matchAll(forwardedPair)) {
    if (name !== undefined) {
      const parameter = name.toLowerCase();
      if (pairs.has(parameter)) return null;
      pairs.set(parameter, quoted?.replaceAll(/\\(.)/g, "$1") ?? bare ?? "");
    }
    if (end === ";") continue;
    if (pairs.size > 0) nodes.push(pairs.get("for") ?? "");
    if (end === "") return nodes;
    pairs = new Map();
  }
  return null;
}

/** An address with a port, which may be a hidden one; IPv6 is in brackets then (RFC 7239 section 6). */
const addressAndPort = /^(?:\[([\da-f:.]+)\]|([\d.]+))(?::(?:\d{1,5}|_[\w.-]+))?$/i;
/** Without zone: that would be a name of the proxy's interfaces. */
const bareAddress = /^[\da-f:.]+$/i;

function addressOfNode(text: string): string | null {
  const [, ipv6, ipv4] = addressAndPort.exec(text) ?? [];
  const address = ipv6 ?? ipv4 ?? text;
  return bareAddress.test(address) ? canonicalAddress(address) : null;
}
