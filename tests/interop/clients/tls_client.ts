/** Connects over TLS with one certificate as the authority, on Node, Bun and Deno: tls_client.ts HOST PORT CERTIFICATE */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:tls";

const [host, port, certificate] = process.argv.slice(2) as [string, string, string];
const socket = connect({ host, port: Number(port), ca: readFileSync(certificate, "utf8") });
await once(socket, "secureConnect");
process.exit(0);
