/**
 * What only Node's own client can tell about a port: node_tls_client.ts PORT exchange|renegotiate [starttls]
 *
 * Prints the group that keys were exchanged in by default; or whether the server `accepted` or `refused` to renegotiate
 * under TLS 1.2.
 */
import { once } from "node:events";
import { connect as connectPlain } from "node:net";
import { connect } from "node:tls";

const [port, question, starttls] = process.argv.slice(2);
const plain = connectPlain({ host: "127.0.0.1", port: Number(port) });
await once(plain, "connect");
if (starttls !== undefined) {
  await once(plain, "data");
  for (const command of ["EHLO client.example.org", "STARTTLS"]) {
    plain.write(`${command}\r\n`);
    await once(plain, "data");
  }
}

const maxVersion = question === "renegotiate" ? "TLSv1.2" : "TLSv1.3";
const secured = connect({ socket: plain, rejectUnauthorized: false, maxVersion });
await once(secured, "secureConnect");
if (question === "exchange") {
  const exchange = secured.getEphemeralKeyInfo();
  console.log(exchange !== null && "name" in exchange ? exchange.name : "");
  process.exit(0);
}
// The alert that refuses comes as an error of the socket.
secured.on("error", () => answer("refused"));
secured.on("close", () => answer("refused"));
secured.renegotiate({}, (error) => answer(error === null ? "accepted" : "refused"));

function answer(text: string): void {
  console.log(text);
  process.exit(0);
}
