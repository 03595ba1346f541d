/** Every page in light and dark: nothing for axe to find, nothing wider than a phone, nothing on the console. */
import { test } from "node:test";
import { describePages, tlsPage, withPassword } from "./dashboard_stage.ts";
import type { Visitor } from "./visitor.ts";

const phone = { width: 360, height: 740 };
const desk = { width: 1280, height: 900 };

describePages("a dashboard without a password", {}, (stage) => {
  for (const colorScheme of ["light", "dark"] as const) {
    test(`is accessible at the first visit, ${colorScheme}`, async () => {
      const visitor = await stage().visitor({ colorScheme, viewport: phone });
      await visitor.page.goto("/setup");
      await visitor.fits();
      await visitor.isAccessible();
      await visitor.leave();
    });
  }
});

/** Ways to states of pages, all of which are looked at. */
const states: Readonly<
  Record<string, (visitor: Visitor, files: (...names: string[]) => string[]) => Promise<unknown>>
> = {
  "the overview": ({ page }) => page.goto("/"),
  "the account": ({ page }) => page.goto("/account"),
  "the certificate": ({ page }) => page.goto(tlsPage),
  async "files that are refused"({ page }, files) {
    await page.goto(tlsPage);
    await page.getByLabel("Drop files here").setInputFiles(files("broken.pem", "protected.key"));
    await page.locator(".check[data-ok=false]").waitFor();
  },
  async "a certificate that was uploaded just now"({ page }, files) {
    await page.goto(tlsPage);
    await page.getByLabel("Drop files here").setInputFiles(files("fullchain.pem", "mail.key"));
    await page.getByRole("button", { name: "Put in service" }).click();
    await page.getByText("The uploaded certificate is in service.").waitFor();
  },
};

describePages("a dashboard with a password", withPassword, (stage) => {
  for (const colorScheme of ["light", "dark"] as const) {
    test(`is accessible at sign-in, with a wrong password too, ${colorScheme}`, async () => {
      const visitor = await stage().visitor({ colorScheme, viewport: phone });
      await visitor.page.goto("/sign-in");
      await visitor.isAccessible();
      await visitor.page.getByLabel("Password").fill("wrong");
      await visitor.expectStatus(401, () => visitor.page.getByRole("button", { name: "Sign in" }).click());
      await visitor.fits();
      await visitor.isAccessible();
      await visitor.leave();
    });

    for (const [name, reach] of Object.entries(states)) {
      test(`is accessible and fits a phone: ${name}, ${colorScheme}`, async () => {
        const visitor = await stage().administrator({ colorScheme, viewport: desk });
        await reach(visitor, (...names) => stage().files(...names));
        await visitor.fits();
        await visitor.page.setViewportSize(phone);
        await visitor.fits();
        await visitor.isAccessible();
        await visitor.fits();
        await visitor.leave();
      });
    }
  }
});
