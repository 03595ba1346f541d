/**
 * A network that one service has for itself: its ports are the ones of a fresh install, and clients come from addresses
 * that this host does not have. Linux; nothing on the host changes, and all of it ends with the service.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { type Finished, run } from "./e2e_process.ts";
import type { Service } from "./e2e_service.ts";
import type { Stage } from "./e2e_stage.ts";

/** A user namespace lets any user make a network namespace, where the system allows it. */
const unshare = ["unshare", "--user", "--map-root-user", "--net"];

/** Run in the namespace: the addresses, `--`, and the command that is to have them. */
const setUp = `set -e
ip link set lo up
while [ "$1" != -- ]; do ip address add "$1" dev lo; shift; done
shift
exec "$@"`;

/** Why there can be no such network here, or `null`. */
export function ownNetworkObstacle(): string | null {
  const [program, ...args] = [...unshare, "true"];
  return spawnSync(program as string, args).status === 0 ? null : "needs a network namespace";
}

/** Whether such a network has IPv6. */
export const hasIpv6 = existsSync("/proc/net/if_inet6");

/** Starts the service of a stage in a network where loopback has the further addresses too. */
export function startInOwnNetwork(stage: Stage, addresses: readonly string[]): Promise<Service> {
  return stage.start(...unshare, "sh", "-c", setUp, "sh", ...addresses, "--");
}

/** Runs a command in the network of the service. Whoever connects to an address there comes from the same one. */
export function runBeside(service: Service, command: readonly string[]): Promise<Finished> {
  return run([...enterNetworkOf(service), ...command]);
}

/**
 * Has a program in the network of the service, such as `curl telnet://…`, hold an SMTP session, and returns the last line
 * of each reply. A command is sent when the one before it is answered.
 *
 * @param isGreeted whether the program shows a greeting, for which the first command waits
 */
export async function converseBeside(
  service: Service,
  program: readonly string[],
  commands: readonly string[],
  isGreeted: boolean,
): Promise<string[]> {
  const [enter, ...args] = [...enterNetworkOf(service), ...program];
  const child = spawn(enter as string, args, { stdio: ["pipe", "pipe", "ignore"] });
  const timer = setTimeout(() => child.kill("SIGKILL"), 20_000);
  const waiting = [...commands];
  const replies: string[] = [];
  const sendNext = () => {
    const command = waiting.shift();
    if (command !== undefined) child.stdin.write(`${command}\r\n`);
  };
  // What is said to a session that has ended is lost, which the number of the replies shows.
  child.stdin.on("error", () => undefined);
  if (!isGreeted) sendNext();
  for await (const line of createInterface({ input: child.stdout })) {
    if (!/^\d{3} /.test(line)) continue;
    replies.push(line);
    sendNext();
    // Some programs go on when the server has hung up.
    if (replies.length === commands.length + (isGreeted ? 1 : 0)) child.kill();
  }
  clearTimeout(timer);
  return replies;
}

function enterNetworkOf(service: Service): string[] {
  return ["nsenter", "--user", "--preserve-credentials", "--net", "--target", String(service.pid)];
}
