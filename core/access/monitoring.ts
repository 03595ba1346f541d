/** Who may look at how the service does, without signing in. */
import { compileCidrList } from "./cidr_list.ts";
import { privateNetworks } from "./private_networks.ts";

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
