/** First visit, sign-in and sign-out in a browser. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { describePages, password, tlsPage } from "./dashboard_stage.ts";

describePages("a dashboard that nobody has visited", {}, (stage) => {
  for (const colorScheme of ["light", "dark"] as const) {
    test(`is accessible at the first visit, and fits a phone, ${colorScheme}`, async () => {
      const visitor = await stage().visitor({ colorScheme, viewport: { width: 360, height: 740 } });
      await visitor.page.goto("/");
      await visitor.sees("Welcome to Dispatch");
      await visitor.fits();
      await visitor.isAccessible();
      await visitor.leave();
    });
  }

  test("leads the first visit from a wrong code to the overview", async () => {
    const visitor = await stage().visitor();
    const { page } = visitor;
    await page.goto(tlsPage);
    assert.equal(new URL(page.url()).pathname, "/setup");
    const code = /^Setup code.*: (\S+)$/m.exec(stage().service.stdout)![1]!;
    await page.getByLabel("Setup code").fill("AAAA-BBBB-CCCC");
    await page.getByLabel("New password", { exact: true }).fill(password);
    await page.getByLabel("New password again").fill(password);
    await visitor.expectStatus(403, () => page.getByRole("button").click());
    await visitor.sees("This is not the setup code.");
    await page.getByLabel("Setup code").fill(code);
    await page.getByLabel("New password", { exact: true }).fill(password);
    await page.getByLabel("New password again").fill(password);
    await page.getByRole("button", { name: "Set password and sign in" }).click();
    await page.waitForURL("/");
    await visitor.sees("Mail is accepted and passed on.");
    await visitor.leave();
  });

  test("refuses a wrong password, takes the right one, and goes on to the page that was wanted", async () => {
    const visitor = await stage().visitor();
    const { page } = visitor;
    await page.goto(tlsPage);
    await page.getByLabel("Password").fill("wrong");
    await visitor.expectStatus(401, () => page.getByRole("button", { name: "Sign in" }).click());
    await visitor.sees("The password is wrong.");
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL(tlsPage);
    await page.getByRole("button", { name: "Sign out" }).click();
    await visitor.sees("You are signed out.");
    await page.goto("/");
    assert.equal(new URL(page.url()).pathname, "/sign-in");
    await visitor.leave();
  });

  test("changes the password, which ends the other sessions", async () => {
    const next = "another good password";
    const [here, elsewhere] = [await stage().visitor(), await stage().visitor()];
    for (const visitor of [here, elsewhere]) await visitor.signIn(password);
    await here.page.getByRole("link", { name: "Account" }).click();
    await here.page.getByLabel("Current password").fill(password);
    await here.page.getByLabel("New password", { exact: true }).fill(next);
    await here.page.getByLabel("New password again").fill(next);
    await here.page.getByRole("button", { name: "Change password" }).click();
    await here.sees("The password is changed.");
    await elsewhere.page.reload();
    assert.equal(new URL(elsewhere.page.url()).pathname, "/sign-in");
    await here.leave();
    await elsewhere.leave();
  });
});
