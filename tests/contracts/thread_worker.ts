/** A thread for the tests of threads; what it does is said by the data that it starts with. */
import { DispatchError } from "../../core/error/mod.ts";
import { runThread } from "../../runtime-node/thread.ts";

/** What the thread does. */
export type ThreadPlay = "serve" | "refuse" | "break" | "leave" | "die later";

await runThread<ThreadPlay>(async (play, logger) => {
  logger.warn("thread.started", "The thread has started", { play });
  if (play === "refuse") throw new DispatchError("database_foreign", { path: "/x" });
  if (play === "break") throw new TypeError("a bug");
  if (play === "leave") process.exit(0);
  if (play === "die later") {
    setTimeout(() => {
      throw new RangeError("died later");
    }, 20);
  }
  return {
    ready: { play },
    connect: (port) => port.on("message", (value) => port.postMessage(`echo ${value}`)),
    async stop() {
      logger.info("thread.stopped", "The thread has stopped");
    },
  };
});
