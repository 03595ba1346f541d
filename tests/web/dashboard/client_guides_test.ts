/** What clients are told to type. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { clientGuides } from "../../../web/dashboard/certificate/client_guides.ts";
import { authority, clientTarget } from "../../../web/dashboard/certificate/client_target.ts";
import { sampleServed } from "../../support/health_sample.ts";
import { sampleCertificate } from "../../support/memory_operation_context.ts";

const served = [sampleServed, { ...sampleServed, listener: "https", port: 8026 }];

function targetOf(dnsNames: readonly string[], ipAddresses: readonly string[] = []) {
  return clientTarget({ identity: { ...sampleCertificate.identity, dnsNames, ipAddresses }, served });
}

function commandsOf(name: string, target: ReturnType<typeof clientTarget>): string | null {
  return clientGuides.find((guide) => guide.name.startsWith(name))!.commands(target);
}

test("clientTarget takes a name that other machines can use, else an address", () => {
  assert.equal(targetOf(["localhost", "*.example.org", "relay.example.org"]).host, "relay.example.org");
  assert.equal(targetOf(["localhost"], ["192.0.2.1"]).host, "192.0.2.1");
  assert.equal(targetOf([]).host, "localhost");
});

test("clientGuides name the host and the ports that are served", () => {
  const target = targetOf(["relay.example.org"]);
  assert.match(
    commandsOf("OpenSSL", target)!,
    /-connect relay\.example\.org:25 .*-verify_hostname relay\.example\.org /,
  );
  assert.match(commandsOf("curl", target)!, /https:\/\/relay\.example\.org:8026\//);
  assert.match(commandsOf("Python", target)!, /SMTP\("relay\.example\.org", 25\)/);
  assert.match(commandsOf("Go", target)!, /ServerName: "relay\.example\.org"/);
});

test("clientGuides put an IPv6 address in brackets, and check it as an address", () => {
  const target = targetOf([], ["2001:db8::1"]);
  assert.equal(authority(target.host), "[2001:db8::1]");
  assert.match(commandsOf("OpenSSL", target)!, /-connect \[2001:db8::1\]:25 .*-verify_ip 2001:db8::1 /);
  assert.match(commandsOf("curl", target)!, /https:\/\/\[2001:db8::1\]:8026\//);
});

test("clientGuides leave out clients of a listener that is not open", () => {
  const target = clientTarget({ identity: sampleCertificate.identity, served: [] });
  for (const name of ["OpenSSL", "curl", "Python"]) assert.equal(commandsOf(name, target), null);
});
