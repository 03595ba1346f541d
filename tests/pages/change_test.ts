/** Generating, putting back, removing and downloading a certificate in a browser, and two tabs at once. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { type DashboardStage, describePages, tlsPage, withPassword } from "./dashboard_stage.ts";
import type { Visitor } from "./visitor.ts";

describePages("the change of a certificate", withPassword, (stage) => {
  test("generates one with the names that were typed", async () => {
    const visitor = await openPage(stage());
    await generate(visitor, "first.example.org\n192.0.2.1");
    await visitor.sees("The new certificate is in service.");
    await visitor.isLedTo(".notice.good");
    await visitor.sees("generated here, signed by itself");
    assert.deepEqual(await stage().servedNames(), ["first.example.org", "first.example.org"]);
    await visitor.leave();
  });

  test("says which name can't be had, and keeps what was typed", async () => {
    const visitor = await openPage(stage());
    await visitor.expectStatus(422, () => generate(visitor, "good.example.org\nhttps://bad.example.org/"));
    await visitor.sees("is a URL; give the name in it alone.");
    await visitor.isLedTo(".notice.bad");
    assert.match(await visitor.page.getByLabel("Names and addresses").inputValue(), /^good\.example\.org\n/);
    await visitor.leave();
  });

  test("puts an earlier one back, and goes back to the automatic one", async () => {
    const visitor = await openPage(stage());
    const { page } = visitor;
    await generate(visitor, "second.example.org");
    await visitor.sees("The new certificate is in service.");
    const entry = page.locator(".history > li", { hasText: "first.example.org" });
    await entry.getByRole("button", { name: "Put back" }).click();
    await visitor.sees("The earlier certificate is back in service.");
    assert.deepEqual(await stage().servedNames(), ["first.example.org", "first.example.org"]);
    await page.getByText("Remove this certificate…").click();
    await page.getByRole("button", { name: "Yes, go back to the automatic certificate" }).click();
    await visitor.sees("The automatic certificate is in service.");
    assert.ok(!(await stage().servedNames()).includes("first.example.org"));
    assert.equal(await page.locator("#remove").count(), 0);
    await visitor.leave();
  });

  test("of two tabs the second is told that the first was faster", async () => {
    const first = await openPage(stage());
    const second = await first.openTab();
    await second.page.goto(`${stage().origin}${tlsPage}`);
    await generate(first, "faster.example.org");
    await first.sees("The new certificate is in service.");
    await second.expectStatus(409, () => generate(second, "slower.example.org"));
    await second.sees("Another certificate was put in service meanwhile, by the dashboard from");
    assert.deepEqual(await stage().servedNames(), ["faster.example.org", "faster.example.org"]);
    await generate(second, "slower.example.org", false);
    await second.sees("The new certificate is in service.");
    await first.leave();
    await second.leave();
  });

  test("a change from the command line is told as well", async () => {
    const visitor = await openPage(stage());
    await stage().stage.json("cert", "generate", "--name", "shell.example.org");
    await visitor.expectStatus(409, () => generate(visitor, "late.example.org"));
    await visitor.sees("meanwhile, by the command line.");
    await visitor.leave();
  });

  test("a second click while the first is under way sends nothing", async () => {
    const visitor = await openPage(stage());
    const { page } = visitor;
    const [first, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let requests = 0;
    await page.route(`**${tlsPage}/generate`, async (route) => {
      requests++;
      first.resolve();
      await answer.promise;
      await route.continue();
    });
    await fillGenerate(visitor, "twice.example.org");
    const button = page.getByRole("button", { name: "Generate and put in service" });
    await button.scrollIntoViewIfNeeded();
    const { x, y } = (await button.boundingBox())!;
    await page.mouse.click(x + 5, y + 5);
    await first.promise;
    await page.mouse.click(x + 5, y + 5);
    answer.resolve();
    await visitor.sees("The new certificate is in service.");
    assert.equal(requests, 1);
    await visitor.leave();
  });

  test("downloads the certificate that is served, and copies its fingerprint", async () => {
    const visitor = await openPage(stage());
    const { page } = visitor;
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "PEM, with the chain" }).click(),
    ]);
    assert.equal(download.suggestedFilename(), "dispatch.pem");
    assert.match(await readFile(await download.path(), "utf8"), /^-----BEGIN CERTIFICATE-----\n/);
    await page.getByRole("button", { name: "Copy the SHA-256 fingerprint", exact: true }).click();
    await page.getByRole("button", { name: "Copied" }).waitFor();
    const shown = await stage().stage.json<{ identity: { fingerprintSha256: string } }>("cert", "show");
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), shown.identity.fingerprintSha256);
    await visitor.leave();
  });

  test("is done by keyboard alone", async () => {
    const visitor = await stage().administrator();
    const { page } = visitor;
    await page.goto("/");
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Skip to content");
    await tabTo(visitor, "Settings");
    await page.keyboard.press("Enter");
    await page.waitForURL(tlsPage);
    await tabTo(visitor, "Names, key and validity");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Control+A");
    await page.keyboard.type("keyboard.example.org");
    await tabTo(visitor, "Generate and put in service");
    await page.keyboard.press("Enter");
    await visitor.sees("The new certificate is in service.");
    assert.deepEqual(await stage().servedNames(), ["keyboard.example.org", "keyboard.example.org"]);
    await visitor.leave();
  });
});

async function openPage(stage: DashboardStage): Promise<Visitor> {
  const visitor = await stage.administrator();
  await visitor.page.goto(tlsPage);
  return visitor;
}

async function fillGenerate({ page }: Visitor, names: string, isFolded = true): Promise<void> {
  if (isFolded) await page.getByText("Names, key and validity").click();
  await page.getByLabel("Names and addresses").fill(names);
}

async function generate(visitor: Visitor, names: string, isFolded = true): Promise<void> {
  await fillGenerate(visitor, names, isFolded);
  await visitor.page.getByRole("button", { name: "Generate and put in service" }).click();
}

/** Presses Tab until what has this text has the focus, which has to be seen. */
async function tabTo({ page }: Visitor, text: string): Promise<void> {
  for (let presses = 0; presses < 80; presses++) {
    await page.keyboard.press("Tab");
    const focus = await page.evaluate(() => {
      const element = document.activeElement!;
      return { text: element.textContent?.trim(), outline: getComputedStyle(element).outlineStyle };
    });
    if (focus.text !== text) continue;
    assert.equal(focus.outline, "solid", `the focus on ${text} can't be seen`);
    return;
  }
  assert.fail(`${text} can't be reached by Tab`);
}
