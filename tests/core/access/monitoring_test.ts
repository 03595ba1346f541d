import assert from "node:assert/strict";
import { test } from "node:test";
import { mayMonitor } from "../../../core/access/monitoring.ts";

/** RFC 1918, RFC 4193, RFC 4291 section 2.5; and addresses beside them. */
const near = ["127.0.0.1", "::1", "10.1.2.3", "172.31.0.1", "192.168.1.1", "fd00::1", "fe80::1"];
const far = ["8.8.8.8", "172.32.0.1", "198.51.100.7", "2001:db8::7", "::", "0.0.0.0"];

test("mayMonitor lets everybody near look, and nobody else, where no network is listed", () => {
  assert.deepEqual(
    [...near, ...far].filter((address) => mayMonitor(address, [])),
    near,
  );
});

test("mayMonitor lets those look whom a list has let in", () => {
  for (const address of [...near, ...far]) assert.ok(mayMonitor(address, ["198.51.100.0/24"]));
});
