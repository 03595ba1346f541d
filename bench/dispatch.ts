/** Dispatch as it is installed: the contender that the marks are for. */
import { readFileSync } from "node:fs";
import type { Target } from "../tests/e2e/target.ts";
import { until } from "../tests/support/e2e_process.ts";
import { projectRoot } from "../tests/support/e2e_project_files.ts";
import { Stage } from "../tests/support/e2e_stage.ts";
import type { Contender } from "./contender.ts";

/** Starts Dispatch with its defaults and a smart host on loopback. */
export async function startDispatch(target: Target, relayPort: number): Promise<Contender> {
  const stage = await openStage(target);
  const contender = await contend(stage, `Dispatch (${target.name})`);
  await stage.relayTo(relayPort);
  return contender;
}

/** As {@link startDispatch}, with `count` routing rules, of which the last one matches. */
export async function startRouting(target: Target, relayPort: number, count: number): Promise<Contender> {
  const stage = await openStage(target);
  const contender = await contend(stage, `Dispatch with ${count} rules`);
  await stage.relayTo(relayPort);
  for (let index = 1; index < count; index++) {
    await stage.perform("route.add", {
      recipients: `customer${index}.example, *.customer${index}.example`,
      relay: "sink",
    });
  }
  await stage.perform("route.add", { senders: "example.org", relay: "sink" });
  return contender;
}

/** The name of the contender that stores nothing. */
export const discardingName = "a spool that discards";

/** Starts the same server with a spool that discards what it is given. */
export async function startDiscarding(target: Target): Promise<Contender> {
  const [program] = target.command as [string];
  const command = [program, `${projectRoot}bench/discarding_server.ts`];
  return contend(await openStage({ ...target, command }), discardingName);
}

async function openStage(target: Target): Promise<Stage> {
  const stage = await Stage.open(target);
  // All of the load comes from one address.
  stage.environment.DISPATCH_LISTENER_MAX_CONNECTIONS_PER_CLIENT = "100";
  return stage;
}

async function contend(stage: Stage, name: string): Promise<Contender> {
  const service = await stage.start();
  return {
    name,
    smtpPort: stage.ports.smtp,
    residentBytes() {
      const status = readFileSync(`/proc/${service.pid}/status`, "utf8");
      return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024;
    },
    async settle() {
      const hasCaughtUp = async () => (await stage.perform("health", {})).spool?.historyBacklog === 0;
      await until("the message log to catch up", hasCaughtUp, 300_000, 250);
    },
    async stop() {
      await service.kill();
      await stage.close();
    },
  };
}
