import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { after, before, describe, it } from "node:test";
import { SmtpSession } from "../../runtime-node/smtp_client.ts";
import { usualTimes } from "../../runtime-node/smtp_times.ts";
import { projectRoot } from "../support/e2e_project_files.ts";

/** Listens, and has room for no more than two connections that nobody has accepted. */
const listen = `
  require("node:net").createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, function () {
    console.log(this.address().port);
  });`;

/** A port at which the kernel answers no request for a connection any more: who listens there has stopped accepting. */
class UnansweringHost {
  readonly #child: ChildProcess;
  readonly #sockets: Socket[] = [];
  port = 0;

  constructor() {
    this.#child = spawn(`${projectRoot}node_modules/.bin/node`, ["-e", listen], {
      stdio: ["ignore", "pipe", "inherit"],
    });
  }

  async open(): Promise<void> {
    const [line] = (await once(this.#child.stdout!, "data")) as [Buffer];
    this.port = Number(line.toString());
    this.#child.kill("SIGSTOP");
    for (let i = 0; i < 16; i++) if (!(await this.#takesOneMore())) return;
    throw new Error("the kernel goes on answering");
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#child.kill("SIGKILL");
  }

  async #takesOneMore(): Promise<boolean> {
    const socket = connect(this.port, "127.0.0.1").on("error", () => undefined);
    this.#sockets.push(socket);
    const tooLate = new Promise<false>((resolve) => setTimeout(resolve, 1000, false));
    return Promise.race([once(socket, "connect").then(() => true), tooLate]);
  }
}

describe("SmtpSession with a host that does not answer", () => {
  const host = new UnansweringHost();

  before(() => host.open());
  after(() => host.close());

  it("gives up in time, and says that the connection was not answered", async () => {
    const smartHost = {
      host: "127.0.0.1",
      port: host.port,
      tls: "none",
      verifyCertificate: true,
      clientName: "c",
    } as const;
    const times = { ...usualTimes, connectMs: 500 };
    const failed = await SmtpSession.open(smartHost, new AbortController().signal, { times });
    assert.ok(!(failed instanceof SmtpSession) && failed.kind === "failed");
    assert.deepEqual([failed.stage, failed.code], ["session", null]);
    assert.match(failed.reply, new RegExp(`127\\.0\\.0\\.1:${host.port}.*(?:in time|not answer)`));
  });
});
