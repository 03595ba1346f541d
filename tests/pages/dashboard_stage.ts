/** Where pages are tested: a service under Bun, a browser, and the files that are uploaded. Left out without Chromium. */
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe } from "node:test";
import { connect } from "node:tls";
import type { Browser } from "playwright-core";
import { bunTarget } from "../e2e/target.ts";
import { findTool, run } from "../support/e2e_process.ts";
import { projectRoot } from "../support/e2e_project_files.ts";
import type { Service } from "../support/e2e_service.ts";
import { SmtpClient } from "../support/e2e_smtp_client.ts";
import { Stage } from "../support/e2e_stage.ts";
import { type SessionState, startBrowser, Visitor, type VisitorOptions } from "./visitor.ts";

export const password = "correct horse battery staple";
export const passphrase = "open sesame";
export const tlsPage = "/settings/connections/tls";

const tools = ["chromium", "openssl"];

/** See the file's first line. */
export class DashboardStage {
  readonly stage: Stage;
  readonly service: Service;
  readonly #browser: Browser;
  readonly #files: string;
  #session: Promise<SessionState> | null = null;

  private constructor(stage: Stage, service: Service, browser: Browser, files: string) {
    this.stage = stage;
    this.service = service;
    this.#browser = browser;
    this.#files = files;
  }

  /** Starts all of it. `environment` is added to the service's. */
  static async open(environment: Readonly<Record<string, string>>): Promise<DashboardStage> {
    const stage = await Stage.open(bunTarget);
    try {
      Object.assign(stage.environment, environment);
      const files = join(stage.folder, "files");
      await mkdir(files);
      const made = await run(["sh", `${projectRoot}tests/pages/make_files.sh`], { cwd: files });
      assert.equal(made.code, 0, made.stderr);
      const browser = await startBrowser(findTool("chromium")!);
      stage.onClose(() => browser.close());
      return new DashboardStage(stage, await stage.start(), browser, files);
    } catch (error) {
      await stage.close();
      throw error;
    }
  }

  get origin(): string {
    return `https://localhost:${this.stage.ports.operator}`;
  }

  /** Absolute paths of made files. */
  files(...names: readonly string[]): string[] {
    return names.map((name) => join(this.#files, name));
  }

  /** A visitor who has come to no page yet. */
  visitor(options: VisitorOptions = {}): Promise<Visitor> {
    return Visitor.open(this.#browser, this.origin, options);
  }

  /** A visitor who has signed in: all of them in one session, as signing in takes its time. */
  async administrator(options: VisitorOptions = {}): Promise<Visitor> {
    this.#session ??= this.#signIn();
    return this.visitor({ ...options, storageState: await this.#session });
  }

  async #signIn(): Promise<SessionState> {
    const visitor = await this.visitor();
    await visitor.signIn(password);
    const session = await visitor.page.context().storageState();
    await visitor.leave();
    return session;
  }

  /** First names of the certificates that SMTP and HTTPS serve at this moment, asked from outside. */
  async servedNames(): Promise<string[]> {
    const smtp = await SmtpClient.greet(this.stage.ports.smtp);
    const encrypted = await smtp.startTls();
    const https = connect({ port: this.stage.ports.https, host: "localhost", rejectUnauthorized: false });
    await new Promise((resolve, reject) => https.once("secureConnect", resolve).once("error", reject));
    const sockets = [encrypted.socket as typeof https, https];
    const names = sockets.map((socket) => String(socket.getPeerCertificate().subject.CN));
    for (const socket of sockets) socket.destroy();
    return names;
  }

  close(): Promise<void> {
    return this.stage.close();
  }
}

/** Registers tests that share one stage; says so where a program is missing. */
export function describePages(
  name: string,
  environment: Readonly<Record<string, string>>,
  register: (stage: () => DashboardStage) => void,
): void {
  const missing = tools.filter((tool) => findTool(tool) === null);
  if (missing.length > 0) console.log(`left out: ${name} (not installed: ${missing.join(", ")})`);
  describe(name, () => {
    if (missing.length > 0) return;
    let stage: DashboardStage;
    before(async () => {
      stage = await DashboardStage.open(environment);
    });
    after(() => stage?.close());
    register(() => stage);
  });
}

/** The environment of a service whose password is set already. */
export const withPassword = { DISPATCH_ADMIN_PASSWORD: password };
