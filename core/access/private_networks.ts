/** The networks whose machines are near, and who may look at the service from there. */
import { compileCidrList } from "./cidr_list.ts";

/** Loopback, link-local and private networks (RFC 1918, RFC 4193, RFC 4291 section 2.5.6). */
export const privateNetworks = [
  "127.0.0.0/8",
  "::1/128",
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "fc00::/7",
  "fe80::/10",
];

const isPrivate = compileCidrList(privateNetworks);

/**
 * Whether somebody at `address` may read `/health` and `/metrics`, which ask for no password: everybody who is listed in
 * `webui.allowed_cidrs`, or, where that list is empty, everybody who is near.
 *
 * @param address that the list lets in
 * @param allowedCidrs the setting `webui.allowed_cidrs`
 */
export function mayMonitor(address: string, allowedCidrs: readonly string[]): boolean {
  return allowedCidrs.length > 0 || isPrivate.includes(address);
}
