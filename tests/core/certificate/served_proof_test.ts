import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { ServedProof } from "../../../core/certificate/served_proof.ts";
import type { AuditEntry } from "../../../core/history/audit_event.ts";
import type { ListenerSpec } from "../../../core/lifecycle/listener_plan.ts";
import { TestClock } from "../../support/spool_fixture.ts";

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

describe("ServedProof", () => {
  let clock: TestClock;
  let listeners: ListenerSpec[];
  let inService: string;
  let probes: string[];
  let lines: { event: string; message: string; facts: unknown }[];
  let audited: AuditEntry[];
  let answer: (listener: ListenerSpec) => Promise<string>;
  let proof: ServedProof;

  beforeEach(() => {
    clock = new TestClock();
    listeners = [
      { kind: "smtp", port: 25 },
      { kind: "http", port: 8025 },
      { kind: "dashboard", port: 8420 },
    ];
    inService = "AA";
    probes = [];
    lines = [];
    audited = [];
    answer = async ({ kind }) => (kind === "dashboard" ? "DD" : inService);
    const record = (event: string, message: string, facts: unknown) => void lines.push({ event, message, facts });
    proof = new ServedProof({
      listeners: () => listeners,
      expected: (kind) => (kind === "http" ? null : kind === "dashboard" ? "DD" : inService),
      probe: (listener) => {
        probes.push(`${listener.kind}:${listener.port}`);
        return answer(listener);
      },
      clock,
      logger: { debug: record, info: record, warn: record, error: record },
      audit: (entry) => void audited.push(entry),
    });
  });

  const events = () => lines.map(({ event }) => event);

  it("asks each listener with TLS, and compares with what that one is to serve", async () => {
    answer = async () => "AA";
    const checkedAt = "2026-11-22T00:00:00.000Z";
    assert.deepEqual(await proof.check(), [
      { listener: "smtp", port: 25, fingerprintSha256: "AA", current: true, reason: null, checkedAt },
      { listener: "dashboard", port: 8420, fingerprintSha256: "AA", current: false, reason: null, checkedAt },
    ]);
  });

  it("tells a listener that gives no answer from one that serves another certificate", async () => {
    answer = async ({ kind }) => {
      if (kind === "smtp") throw new TypeError("it refused the connection");
      return "ZZ";
    };
    const [smtp, dashboard] = await proof.check();
    assert.deepEqual([smtp!.fingerprintSha256, smtp!.reason], [null, "it refused the connection"]);
    assert.deepEqual([dashboard!.fingerprintSha256, dashboard!.reason], ["ZZ", null]);
    assert.deepEqual([smtp!.current, dashboard!.current], [false, false]);
  });

  it("logs that all is proven, or each listener that is not as it should be", async () => {
    await proof.prove();
    assert.deepEqual(lines, [
      {
        event: "certificate.proven",
        message: "Every listener serves its certificate.",
        facts: { "smtp:25": "AA", "dashboard:8420": "DD" },
      },
    ]);
    lines = [];
    inService = "BB";
    answer = async ({ kind }) => {
      if (kind === "smtp") return "AA";
      throw new TypeError("it took more than 5 seconds");
    };
    await proof.prove();
    assert.deepEqual(events(), ["certificate.not_served", "certificate.not_served"]);
    assert.match(lines[0]!.message, /smtp listener on port 25 serves another certificate/);
    assert.match(lines[1]!.message, /dashboard listener on port 8420 gave no answer.*5 seconds/);
    assert.deepEqual(
      audited.map(({ event, actor, subject, reason }) => [event, actor.kind, subject, reason]),
      [
        ["certificate.not_served", "service", "smtp:25", lines[0]!.message],
        ["certificate.not_served", "service", "dashboard:8420", lines[1]!.message],
      ],
    );
  });

  it("asks again within the hour, and within a minute while a listener is not as it should be", async () => {
    await proof.prove();
    clock.advance(HOUR_MS - 1);
    assert.equal(probes.length, 2);
    clock.advance(1);
    assert.equal(probes.length, 4);
    await proof.check();
    answer = async () => "ZZ";
    await proof.prove();
    const asked = probes.length;
    clock.advance(MINUTE_MS);
    assert.equal(probes.length, asked + 2);
  });

  it("says the same trouble once, not each minute, and says that it is over", async () => {
    answer = async () => "ZZ";
    await proof.prove();
    clock.advance(MINUTE_MS);
    await proof.prove();
    assert.deepEqual(events(), ["certificate.not_served", "certificate.not_served"]);
    answer = async ({ kind }) => (kind === "dashboard" ? "DD" : inService);
    await proof.prove();
    assert.equal(events().at(-1), "certificate.proven");
  });

  it("gives its latest answer for an hour, but not once something has changed", async () => {
    const first = await proof.check();
    clock.advance(HOUR_MS - 1);
    assert.equal(await proof.latest(), first);
    clock.advance(1);
    assert.notEqual(await proof.latest(), first);
    inService = "BB";
    assert.equal((await proof.latest())[0]!.fingerprintSha256, "BB");
    listeners = [{ kind: "https", port: 8026 }];
    assert.deepEqual(
      (await proof.latest()).map(({ listener }) => listener),
      ["https"],
    );
  });

  it("gives trouble as its latest answer for a minute only", async () => {
    answer = async () => "ZZ";
    const first = await proof.check();
    clock.advance(MINUTE_MS - 1);
    assert.equal(await proof.latest(), first);
    clock.advance(1);
    assert.notEqual(await proof.latest(), first);
  });

  it("asks once for all who want to know at the same time", async () => {
    await Promise.all([proof.check(), proof.latest(), proof.prove()]);
    assert.equal(probes.length, 2);
  });

  it("takes no answer of before a change for one of after it", async () => {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    answer = async ({ kind }) => {
      if (kind === "dashboard") return "DD";
      await gate;
      return "BB";
    };
    const asked = proof.check();
    inService = "BB";
    open();
    assert.deepEqual(
      (await asked).map(({ current }) => current),
      [true, true],
    );
    assert.equal(probes.length, 4);
  });

  it("asks no more once it is stopped", async () => {
    await proof.prove();
    const running = proof.prove();
    proof.stop();
    await running;
    const asked = probes.length;
    clock.advance(2 * HOUR_MS);
    assert.equal(probes.length, asked);
  });
});
