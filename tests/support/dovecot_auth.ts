/** A server of Dovecot's authentication protocol, by which a Postfix asks whether a password is right. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

const greeting = [
  ["VERSION", "1", "1"],
  ["MECH", "PLAIN", "plaintext"],
  ["MECH", "LOGIN", "plaintext"],
  ["SPID", "1"],
  ["CUID", "1"],
  ["COOK", "0123456789abcdef"],
  ["DONE"],
];

/** Knows one user, and listens on a free port of 127.0.0.1. See https://doc.dovecot.org/main/developers/auth_protocol.html. */
export class DovecotAuth {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #user: string;
  readonly #password: string;
  /** Mechanisms that were used, in order. */
  readonly used: string[] = [];

  private constructor(user: string, password: string) {
    this.#user = user;
    this.#password = password;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  static async start(user: string, password: string): Promise<DovecotAuth> {
    const auth = new DovecotAuth(user, password);
    auth.#server.listen(0, "127.0.0.1");
    await once(auth.#server, "listening");
    return auth;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket)).on("error", () => undefined);
    /** What LOGIN has been told so far, by request. */
    const answers = new Map<string, string[]>();
    const say = (...words: string[]) => socket.write(`${words.join("\t")}\n`);
    for (const words of greeting) say(...words);
    let rest = "";
    socket.on("data", (chunk) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop()!;
      for (const line of lines) this.#answer(line.split("\t"), answers, say);
    });
  }

  #answer(
    [verb, id = "", ...words]: string[],
    answers: Map<string, string[]>,
    say: (...words: string[]) => void,
  ): void {
    if (verb === "AUTH" && words[0] === "PLAIN") {
      this.used.push("PLAIN");
      const [, user, password] = decode(words.find((word) => word.startsWith("resp="))!.slice(5)).split("\0");
      say(...this.#verdict(id, user, password));
    } else if (verb === "AUTH") {
      this.used.push("LOGIN");
      answers.set(id, []);
      say("CONT", id, encode("Username:"));
    } else if (verb === "CONT") {
      const [user, password] = [...answers.get(id)!, decode(words[0]!)];
      answers.set(id, [user!]);
      if (password === undefined) say("CONT", id, encode("Password:"));
      else say(...this.#verdict(id, user, password));
    }
  }

  #verdict(id: string, user: string | undefined, password: string | undefined): string[] {
    const isRight = user === this.#user && password === this.#password;
    return isRight ? ["OK", id, `user=${user}`] : ["FAIL", id, `user=${user}`];
  }
}

function encode(text: string): string {
  return Buffer.from(text).toString("base64");
}

function decode(text: string): string {
  return Buffer.from(text, "base64").toString();
}
