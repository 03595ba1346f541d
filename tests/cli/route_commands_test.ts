import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { createMemoryCli, type MemoryCli } from "../support/memory_cli.ts";

let cli: MemoryCli;

describe("dispatch route", () => {
  beforeEach(async () => {
    cli = await createMemoryCli();
    for (const name of ["main", "west"]) await cli.dispatch.relays.add({ name, provider: "local" });
  });

  const json = async (...argv: string[]) => {
    const { exitCode, stdout, stderr } = await cli.run(["route", ...argv, "--json"]);
    assert.equal(exitCode, 0, stderr);
    return JSON.parse(stdout);
  };

  describe("route", () => {
    it("carries rules through their life", async () => {
      const added = await json("add", "--sender", "a.example,*.a.example", "--sender", "b.example", "--relay", "west");
      assert.partialDeepStrictEqual(added, {
        name: "rule-1",
        position: 1,
        senders: ["a.example", "*.a.example", "b.example"],
        recipients: ["*"],
        relay: "west",
        problem: null,
      });
      await json("add", "--recipient", "c.example", "--relay", "main", "--name", "first", "--position", "1");
      const names = async () => (await json("list")).map(({ name }: { name: string }) => name);
      assert.deepEqual(await names(), ["first", "rule-1"]);
      assert.deepEqual((await json("set", "first", "--relay", "west")).recipients, ["c.example"]);
      await json("move", "first", "--after", "rule-1");
      assert.deepEqual(await names(), ["rule-1", "first"]);
      await json("remove", "rule-1");
      assert.deepEqual(await names(), ["first"]);
    });

    it("names all that is wrong, and ends with exit code 2", async () => {
      const { exitCode, stderr } = await cli.run(["route", "add", "--sender", "a@b,**", "--relay", "vest"]);
      assert.equal(exitCode, 2);
      for (const part of ['"a@b"', '"**"', '"vest"', "such as west"]) assert.ok(stderr.includes(part), part);
    });

    it("simulates one recipient as an object, and several as a list", async () => {
      await json("add", "--recipient", "*.example", "--relay", "west", "--name", "abroad");
      const one = await json("simulate", "--from", "", "--to", "you@b.example");
      assert.partialDeepStrictEqual(one, { recipient: "you@b.example", relay: "west", rule: "abroad" });
      const both = await json("simulate", "--from", "<>", "--to", "you@b.example", "--to", "me@home.test");
      assert.deepEqual(
        both.map(({ rule }: { rule: string | null }) => rule),
        ["abroad", null],
      );
    });

    it("shows people the rules, what is wrong with them, and where mail goes", async () => {
      await json("add", "--recipient", "b.example", "--relay", "west", "--name", "abroad");
      await cli.dispatch.relays.set({ name: "main", fallback: "west", fallbackAfterSeconds: 60 });
      const disabled = await cli.run(["relay", "disable", "west"]);
      assert.match(disabled.stdout, /^west is disabled\. One routing rule names it and is skipped/);
      assert.match(
        (await cli.run(["route", "list"])).stdout,
        /1 +abroad +\* +b\.example +west +The relay west is disabled/,
      );
      const { stdout } = await cli.run(["route", "simulate", "--from", "a@a.example", "--to", "you@b.example"]);
      for (const part of ["main is the default relay", "abroad: The relay west is disabled", "for 60 seconds"]) {
        assert.ok(stdout.includes(part), part);
      }
      assert.match((await cli.run(["route", "remove", "abroad"])).stdout, /abroad is removed/);
      assert.match((await cli.run(["route", "list"])).stdout, /There is no rule/);
    });

    it("refuses an address that is none", async () => {
      const { exitCode, stderr } = await cli.run(["route", "simulate", "--from", "me", "--to", "you@b.example"]);
      assert.equal(exitCode, 2);
      assert.match(stderr, /from must be an address/);
    });
  });

  describe("relay", () => {
    it("sets limits and a fallback, and takes them away with none", async () => {
      const limits = [
        "--max-message-bytes",
        "4096",
        "--fallback",
        "main",
        "--fallback-after",
        "60",
        "--concurrency",
        "2",
      ];
      assert.equal((await cli.run(["relay", "set", "west", ...limits])).exitCode, 0);
      const set = { maxMessageBytes: 4096, fallback: "main", fallbackAfterSeconds: 60, concurrency: 2 };
      assert.partialDeepStrictEqual(cli.dispatch.relays.show("west"), set);
      assert.match((await cli.run(["relay", "show", "west"])).stdout, /fallback: +main, after 60 seconds/);
      await cli.run(["relay", "set", "west", "--max-message-bytes", "none", "--fallback", "none"]);
      assert.partialDeepStrictEqual(cli.dispatch.relays.show("west"), { maxMessageBytes: null, fallback: null });
    });

    it("shows providers with their settings", async () => {
      const { stdout } = await cli.run(["relay", "providers"]);
      assert.match(stdout, /^provider: +local$/m);
      assert.match(stdout, /^host +required +- +Name or address of the server$/m);
      assert.match(stdout, /^password +optional, secret +-/m);
      assert.match(stdout, /^port +optional +587/m);
    });
  });
});
