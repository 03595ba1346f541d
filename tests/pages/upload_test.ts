/** Uploading a certificate in a browser: good ones, and each bad kind. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { FindingCode } from "../../core/certificate/finding.ts";
import { findingSeverities } from "../../core/certificate/finding.ts";
import { type DashboardStage, describePages, passphrase, tlsPage, withPassword } from "./dashboard_stage.ts";
import type { Visitor } from "./visitor.ts";

/** Files that are refused, and what is found in them. */
interface BadUpload {
  readonly code: FindingCode;
  readonly files: readonly string[];
  readonly passphrase?: string;
}

const badUploads: readonly BadUpload[] = [
  { code: "no_certificate", files: ["mail.key"] },
  { code: "no_private_key", files: ["fullchain.pem"] },
  { code: "not_pem", files: ["mail.pem", "mail.key", "picture.png"] },
  { code: "key_mismatch", files: ["mail.pem", "other.key"] },
  { code: "key_encrypted", files: ["mail.pem", "protected.key"] },
  { code: "wrong_passphrase", files: ["mail.pfx"], passphrase: "wrong" },
  { code: "expired", files: ["expired.pem", "mail.key"] },
  { code: "weak_key", files: ["weak.pem", "weak.key"] },
  { code: "weak_signature", files: ["sha1.pem", "mail.key"] },
  { code: "unsupported_key", files: ["ed25519.pem", "ed25519.key"] },
  { code: "not_for_servers", files: ["client.pem", "mail.key"] },
  { code: "too_many", files: ["many.pem", "mail.key"] },
  { code: "broken_certificate", files: ["broken.pem", "mail.key"] },
  { code: "broken_key", files: ["mail.pem", "broken.key"] },
  { code: "broken_file", files: ["broken.pfx"], passphrase },
  { code: "unsupported_protection", files: ["rc2.pfx"], passphrase },
];

test("every kind of error is uploaded by one of these tests", () => {
  // No file is known that passes every other rule and that the runtime's TLS then refuses to load.
  const tried = new Set<string>([...badUploads.map(({ code }) => code), "too_large", "not_servable"]);
  const errors = Object.entries(findingSeverities).flatMap(([code, severity]) => (severity === "error" ? [code] : []));
  assert.deepEqual(
    errors.filter((code) => !tried.has(code)),
    [],
  );
});

describePages("the upload of a certificate", withPassword, (stage) => {
  test("puts two files of a public authority in service, the chain in the wrong order and the root with it", async () => {
    const visitor = await openUpload(stage());
    const { page } = visitor;
    const putInService = page.getByRole("button", { name: "Put in service" });
    assert.equal(await putInService.isDisabled(), true);
    await page.getByLabel("Drop files here").setInputFiles(stage().files("fullchain.pem"));
    await visitor.sees("There is no private key in what was given");
    assert.equal(await putInService.isDisabled(), true);
    await page.getByLabel("Drop files here").setInputFiles(stage().files("mail.key"));
    await visitor.sees("The files can be put in service.");
    await visitor.sees("The certificates were not in the order of the chain; they are now.");
    await putInService.click();
    await visitor.sees("The uploaded certificate is in service.");
    await visitor.sees(`Proven by connecting: smtp on port ${stage().stage.ports.smtp}`);
    assert.deepEqual(await stage().servedNames(), ["mail.example.org", "mail.example.org"]);
    assert.deepEqual(await page.locator(".chain strong").allTextContents(), [
      "mail.example.org",
      "Example Issuing CA",
      "Example Root",
    ]);
    await visitor.leave();
  });

  describe("of bad files", { concurrency: 3 }, () => {
    for (const bad of badUploads) {
      test(`refuses ${bad.files.join(" and ")}: ${bad.code}`, async () => {
        const visitor = await openUpload(stage());
        const { page } = visitor;
        const finding = page.locator(`[data-code=${bad.code}]`).first();
        await page.getByLabel("Drop files here").setInputFiles(stage().files(...bad.files));
        if (bad.passphrase !== undefined) await typePassphrase(visitor, bad.passphrase);
        await finding.waitFor();
        assert.equal(await finding.locator(".badge").textContent(), "Error");
        assert.equal(await page.getByRole("button", { name: "Put in service" }).isDisabled(), true);
        await visitor.leave();
      });
    }
  });

  test("refuses files that are too large before they are sent", async () => {
    const visitor = await openUpload(stage());
    const sent: string[] = [];
    visitor.page.on("request", (request) => request.method() === "POST" && sent.push(request.url()));
    await visitor.page.getByLabel("Drop files here").setInputFiles(stage().files("large.txt"));
    await visitor.sees("These files are larger than 1 MiB together.");
    assert.deepEqual(sent, []);
    assert.equal(await visitor.page.getByRole("button", { name: "Put in service" }).isDisabled(), true);
    await visitor.leave();
  });

  test("asks for the passphrase of a protected key, and takes a PFX with one", async () => {
    const visitor = await openUpload(stage());
    const { page } = visitor;
    await page.getByLabel("Drop files here").setInputFiles(stage().files("mail.pem", "protected.key"));
    await page.getByLabel("Passphrase", { exact: true }).fill("wrong");
    await page.locator("[data-code=wrong_passphrase]").waitFor();
    await page.getByLabel("Passphrase", { exact: true }).fill(passphrase);
    await page.locator(".check[data-ok=true]").waitFor();
    await page.getByRole("button", { name: "Start over" }).click();
    await page.locator(".check").waitFor({ state: "detached" });
    await page.getByLabel("Drop files here").setInputFiles(stage().files("mail.pfx"));
    await page.locator(".check[data-ok=true]").waitFor();
    await page.getByRole("button", { name: "Put in service" }).click();
    await visitor.sees("The uploaded certificate is in service.");
    assert.doesNotMatch(await page.content(), new RegExp(passphrase));
    await visitor.leave();
  });

  test("takes a file out again, and a corrected one in its place", async () => {
    const visitor = await openUpload(stage());
    const { page } = visitor;
    await page.getByLabel("Drop files here").setInputFiles(stage().files("next_chain.pem", "mail.key"));
    await page.locator("[data-code=key_mismatch]").waitFor();
    await page.getByRole("button", { name: "Take out mail.key" }).click();
    await page.locator("[data-code=no_private_key]").waitFor();
    await page.getByLabel("Drop files here").setInputFiles(stage().files("next.key"));
    await page.locator(".check[data-ok=true]").waitFor();
    assert.deepEqual(await page.locator(".file-name").allTextContents(), ["next_chain.pem", "next.key"]);
    await visitor.leave();
  });

  test("takes files that are dropped, and opens none that misses", async () => {
    const visitor = await openUpload(stage());
    const { page } = visitor;
    const drop = await page.evaluateHandle(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File(["no certificate"], "dropped.txt"));
      return transfer;
    });
    await page.locator(".drop").dispatchEvent("drop", { dataTransfer: drop });
    await page.getByText("dropped.txt").waitFor();
    const isStopped = await page.evaluate(() => {
      const event = new DragEvent("drop", { bubbles: true, cancelable: true });
      return !document.body.dispatchEvent(event);
    });
    assert.equal(isStopped, true);
    await visitor.leave();
  });

  test("works without script: checks, refuses beside the files, puts in service", async () => {
    const visitor = await openUpload(stage(), { javaScriptEnabled: false });
    const { page } = visitor;
    await page.getByLabel("Drop files here").setInputFiles(stage().files("next_chain.pem", "mail.key"));
    await visitor.expectStatus(422, () => page.getByRole("button", { name: "Put in service" }).click());
    await page.locator("[data-code=key_mismatch]").waitFor();
    await visitor.isLedTo(".check-place");
    await page.getByLabel("Drop files here").setInputFiles(stage().files("next_chain.pem", "next.key"));
    await page.getByRole("button", { name: "Only check" }).click();
    await page.locator(".check[data-ok=true]").waitFor();
    await page.getByLabel("Drop files here").setInputFiles(stage().files("next_chain.pem", "next.key"));
    await page.getByRole("button", { name: "Put in service" }).click();
    await visitor.sees("The uploaded certificate is in service.");
    assert.deepEqual(await stage().servedNames(), ["next.example.org", "next.example.org"]);
    await visitor.leave();
  });
});

async function openUpload(stage: DashboardStage, options = {}): Promise<Visitor> {
  const visitor = await stage.administrator(options);
  await visitor.page.goto(tlsPage);
  return visitor;
}

async function typePassphrase({ page }: Visitor, text: string): Promise<void> {
  await page.locator("details.passphrase").evaluate((details) => details.setAttribute("open", ""));
  await page.getByLabel("Passphrase", { exact: true }).fill(text);
}
