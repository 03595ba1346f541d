/** Serves TLS from a PFX, on Node and Bun, and prints what a client gets: pfx_server.ts PFX PASSWORD */
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { connect, createServer } from "node:tls";

const [path, passphrase] = process.argv.slice(2) as [string, string];
const server = createServer({ pfx: readFileSync(path), passphrase }, (socket) => socket.end());
server.listen(0, "127.0.0.1");
await once(server, "listening");
const socket = connect({ host: "127.0.0.1", port: (server.address() as AddressInfo).port, rejectUnauthorized: false });
await once(socket, "secureConnect");
const seen: string[] = [];
let certificate = socket.getPeerCertificate(true);
while (certificate?.raw !== undefined && !seen.includes(certificate.fingerprint256)) {
  seen.push(new X509Certificate(certificate.raw).fingerprint256);
  certificate = certificate.issuerCertificate;
}
console.log(seen.join("\n"));
process.exit(0);
