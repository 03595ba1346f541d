/** Somebody at a real browser, in front of the dashboard of a real service. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";

/** What the browser is started with: it asks nothing of the world outside, and draws without a graphics card. */
const browserOptions = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const axeScript = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** How a visitor looks at the pages. */
export type VisitorOptions = Pick<BrowserContextOptions, "colorScheme" | "javaScriptEnabled" | "viewport"> & {
  /** The cookies of somebody who has signed in. */
  readonly storageState?: SessionState;
};

/** The cookies of a browser. */
export type SessionState = Awaited<ReturnType<BrowserContext["storageState"]>>;

/** Starts the browser. */
export function startBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: browserOptions });
}

/** See the file's first line. */
export class Visitor {
  readonly page: Page;
  /** What the browser's console complained of. */
  readonly #complaints: string[] = [];
  /** Statuses of the pages that were to be answered with an error. */
  readonly #expectedStatuses: number[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.setDefaultTimeout(20_000);
    page.on("pageerror", (error) => this.#complaints.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") this.#complaints.push(message.text());
    });
  }

  /** Opens a window of its own, which shares no cookie with others. */
  static async open(browser: Browser, origin: string, options: VisitorOptions = {}): Promise<Visitor> {
    const context = await browser.newContext({ baseURL: origin, ignoreHTTPSErrors: true, ...options });
    await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin });
    return new Visitor(await context.newPage());
  }

  /** Opens one more tab beside this one. */
  async openTab(): Promise<Visitor> {
    return new Visitor(await this.page.context().newPage());
  }

  /** Signs in, and stays on the overview. */
  async signIn(password: string): Promise<void> {
    await this.page.goto("/sign-in");
    await this.page.getByLabel("Password").fill(password);
    await this.page.getByRole("button", { name: "Sign in" }).click();
    await this.page.waitForURL("/");
  }

  /** Does what is answered with a page of this status, of which the browser's console tells too. */
  async expectStatus(status: number, act: () => Promise<unknown>): Promise<void> {
    this.#expectedStatuses.push(status);
    const [response] = await Promise.all([
      this.page.waitForResponse((each) => each.request().isNavigationRequest() && each.status() !== 303),
      act(),
    ]);
    assert.equal(response.status(), status);
    await this.page.waitForLoadState();
  }

  /** Waits until a sentence is on the page, and not folded in. */
  async sees(text: string | RegExp): Promise<void> {
    await this.page.locator(":visible", { hasText: text }).first().waitFor();
  }

  /** Asserts that what has just been said has the focus, and is in view. */
  async isLedTo(selector: string): Promise<void> {
    const place = this.page.locator(selector);
    await place.waitFor();
    const isFocused = await place.evaluate((element) => element === document.activeElement);
    const { y } = (await place.boundingBox())!;
    const height = await this.page.evaluate(() => window.innerHeight);
    assert.deepEqual({ isFocused, isInView: y >= 0 && y < height }, { isFocused: true, isInView: true }, selector);
  }

  /** Asserts that nothing is wider than the window. */
  async fits(): Promise<void> {
    const overhang = await this.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(overhang <= 0, `${this.page.url()} is ${overhang} px wider than the window`);
  }

  /** Asserts that axe finds nothing on the page as it is, whatever is folded in unfolded. */
  async isAccessible(): Promise<void> {
    await this.page.evaluate(() => {
      for (const details of document.querySelectorAll("details")) details.open = true;
    });
    await this.page.evaluate(axeScript);
    const violations = await this.page.evaluate(async () => {
      // biome-ignore lint/suspicious/noExplicitAny: what the script above has left in the page.
      const { violations } = await (globalThis as any).axe.run(document, { resultTypes: ["violations"] });
      return violations.map(({ id, nodes }: { id: string; nodes: { html: string; failureSummary: string }[] }) =>
        [id, ...nodes.map(({ html, failureSummary }) => `${html}: ${failureSummary}`)].join("\n"),
      );
    });
    assert.deepEqual(violations, [], this.page.url());
  }

  /** Closes the window with all its tabs. @throws when the console had something to complain of that was not expected */
  async leave(): Promise<void> {
    await this.page.context().close();
    const expected = this.#expectedStatuses.map((status) => `the server responded with a status of ${status} `);
    const unexpected = this.#complaints.filter((text) => !expected.some((part) => text.includes(part)));
    assert.deepEqual(unexpected, []);
  }
}
