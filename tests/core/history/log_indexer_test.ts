import assert from "node:assert/strict";
import { test } from "node:test";
import type { Clock } from "../../../core/capabilities.ts";
import { LogIndexer } from "../../../core/history/log_indexer.ts";
import { eventNames } from "../../support/memory_config_store.ts";

/** Pauses end at once. */
const clock: Clock = {
  nowMs: () => 0,
  after(_, callback) {
    const timer = setImmediate(callback);
    return () => clearImmediate(timer);
  },
};

/** An indexer of a log that answers in turn; an error is thrown. */
function indexerOf(answers: (boolean | Error)[]) {
  const logger = eventNames();
  const indexEarlier = async () => {
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer!;
  };
  const indexer = new LogIndexer({ log: { indexEarlier }, clock, logger });
  return { indexer, told: logger.events, left: answers };
}

test("LogIndexer goes on until all rows are indexed, and tells of the beginning and the end", async () => {
  const { indexer, told, left } = indexerOf([true, true, false]);
  indexer.start();
  await indexer.finished();
  assert.deepEqual([told, left], [["history.indexing", "history.indexed"], []]);
});

test("LogIndexer says nothing where there is nothing to do", async () => {
  const { indexer, told } = indexerOf([false]);
  indexer.start();
  await indexer.finished();
  assert.deepEqual(told, []);
});

test("LogIndexer tries again what the database refused", async () => {
  const { indexer, told } = indexerOf([true, new Error("locked"), true, false]);
  indexer.start();
  await indexer.finished();
  assert.deepEqual(told, ["history.indexing", "history.index_suspended", "history.index_resumed", "history.indexed"]);
});

test("LogIndexer ends when it is stopped", async () => {
  const { indexer } = indexerOf(Array.from({ length: 10_000 }, () => true));
  indexer.start();
  await indexer.stop();
  await indexer.finished();
});
