import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, it } from "node:test";
import { Worker } from "node:worker_threads";
import { isDispatchError } from "../../core/error/mod.ts";
import { superviseThread, type Thread } from "../../runtime-node/thread.ts";
import { until } from "../support/e2e_process.ts";
import { recordingLogger } from "../support/spool_fixture.ts";
import type { ThreadPlay } from "./thread_worker.ts";

function start(play: ThreadPlay) {
  const logger = recordingLogger();
  const deaths: unknown[] = [];
  const worker = new Worker(new URL("./thread_worker.ts", import.meta.url), { workerData: play });
  const thread: Promise<Thread> = superviseThread(worker, logger, (error) => deaths.push(error));
  return { thread, logger, deaths };
}

describe("superviseThread", () => {
  it("resolves with what the thread said when it was ready, its log lines brought home", async () => {
    const { thread, logger, deaths } = start("serve");
    assert.deepEqual((await thread).ready, { play: "serve" });
    await until("the line", () => logger.events.includes("thread.started"));
    await (await thread).stop();
    assert.deepEqual(deaths, []);
  });

  it("connects as many ports as are asked for", async () => {
    const { thread } = start("serve");
    for (const name of ["one", "two"]) {
      const port = (await thread).connect();
      port.postMessage(name);
      const [answer] = await once(port, "message");
      assert.equal(answer, `echo ${name}`);
      port.close();
    }
    await (await thread).stop();
  });

  it("has the thread finish before it is stopped, its last log line included", async () => {
    const { thread, logger } = start("serve");
    await (await thread).stop();
    await until("the line", () => logger.events.includes("thread.stopped"));
  });

  it("rejects with the domain's own error when the set-up refuses", async () => {
    const { thread, deaths } = start("refuse");
    await assert.rejects(thread, (error) => isDispatchError(error, "database_foreign") && error.facts.path === "/x");
    assert.deepEqual(deaths, []);
  });

  it("rejects when the set-up breaks", async () => {
    await assert.rejects(start("break").thread, (error) => error instanceof Error && error.message === "a bug");
  });

  it("rejects with an error when the thread ends before it is ready", async () => {
    await assert.rejects(start("leave").thread, (error) => error instanceof Error);
  });

  it("tells when a thread dies, and of what", async () => {
    const { thread, deaths } = start("die later");
    await thread;
    await until("the death", () => deaths.length === 1);
    assert.match(String((deaths[0] as Error).message), /died later/);
  });

  it("stops a thread that has died already", async () => {
    const { thread, deaths } = start("die later");
    await until("the death", () => deaths.length === 1);
    await (await thread).stop();
  });
});
