import assert from "node:assert/strict";
import { test } from "node:test";
import { formatTraceHeader, type Trace } from "../../../core/mail/trace_header.ts";

const id = `spl_${"0123456789abcdef".repeat(2)}`;
const trace: Trace = {
  clientName: "printer.example.org",
  clientAddress: "192.0.2.7",
  serverName: "relay.example.org",
  protocol: "ESMTPS",
  tls: { version: "TLSv1.3", cipher: "TLS_AES_256_GCM_SHA384" },
  id,
  timeMs: Date.UTC(2026, 10, 22, 11, 0, 0),
};

function unfold(header: string): string {
  return header.replace(/\r\n(?= )/g, "");
}

test("formatTraceHeader names client, server, protocol, TLS, id and time", () => {
  assert.equal(
    unfold(formatTraceHeader(trace)),
    `Received: from printer.example.org ([192.0.2.7]) by relay.example.org (Dispatch) with ESMTPS (TLSv1.3:TLS_AES_256_GCM_SHA384) id ${id}; Sun, 22 Nov 2026 11:00:00 +0000\r\n`,
  );
});

test("formatTraceHeader folds to lines of at most 78 columns", () => {
  for (const line of formatTraceHeader(trace).split("\r\n")) assert.ok(line.length <= 78, line);
});

test("formatTraceHeader leaves TLS out for a plain connection", () => {
  assert.match(unfold(formatTraceHeader({ ...trace, tls: null, protocol: "ESMTP" })), / with ESMTP id spl_/);
});

test("formatTraceHeader tags an IPv6 address as RFC 5321 section 4.1.3 does", () => {
  assert.match(formatTraceHeader({ ...trace, clientAddress: "2001:db8::7" }), /\(\[IPv6:2001:db8::7\]\)/);
});

test("formatTraceHeader puts the address in the place of a name that is not there", () => {
  assert.match(
    unfold(formatTraceHeader({ ...trace, clientName: null })),
    /from \[192\.0\.2\.7\] \(\[192\.0\.2\.7\]\) by/,
  );
});

test("formatTraceHeader names no client for a message made on this host", () => {
  const header = formatTraceHeader({ ...trace, clientName: null, clientAddress: null, tls: null, protocol: "local" });
  assert.match(unfold(header), /^Received: by relay\.example\.org \(Dispatch\) with local id /);
});

test("formatTraceHeader lets nothing of a hostile name open a comment, end the line or add a header", () => {
  const header = formatTraceHeader({ ...trace, clientName: 'x) by fake (\r\n\r\nBcc: a@x.test;"<>\0é' });
  assert.match(unfold(header), /^Received: from xbyfakeBcc:ax\.test \(\[192\.0\.2\.7\]\) by /);
  assert.equal(header.split("\r\n").filter((line) => line !== "" && !line.startsWith(" ")).length, 1);
});

test("formatTraceHeader cuts a name at the 255 characters that a domain can have", () => {
  const header = unfold(formatTraceHeader({ ...trace, clientName: "x".repeat(5000) }));
  assert.match(header, /from x{255} \(/);
});
