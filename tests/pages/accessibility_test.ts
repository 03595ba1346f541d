/** Every page in light and dark: nothing for axe to find, nothing wider than a phone, nothing on the console. */
import { before, test } from "node:test";
import { type DashboardStage, describePages, tlsPage, withPassword } from "./dashboard_stage.ts";
import type { Visitor } from "./visitor.ts";

const phone = { width: 360, height: 740 };
const desk = { width: 1280, height: 900 };

/** Ways to states of pages, all of which are looked at. */
const states: Readonly<Record<string, (visitor: Visitor, stage: DashboardStage) => Promise<unknown>>> = {
  "the overview": ({ page }) => page.goto("/"),
  "the account": ({ page }) => page.goto("/account"),
  "a certificate that was uploaded just now": ({ page }) => page.goto(`${tlsPage}?done=upload`),
  async "files that are refused"({ page }, stage) {
    await page.goto(tlsPage);
    await page.getByLabel("Drop files here").setInputFiles(stage.files("broken.pem", "protected.key"));
    await page.locator(".check[data-ok=false]").waitFor();
  },
};

/** Puts an uploaded certificate in service, with one in the history. */
async function changeTwice(stage: DashboardStage): Promise<void> {
  const [cert, key] = stage.files("fullchain.pem", "mail.key");
  await stage.stage.json("cert", "generate", "--name", "earlier.example.org");
  await stage.stage.json("cert", "upload", "--cert", cert!, "--key", key!);
}

describePages("the dashboard", withPassword, (stage) => {
  before(() => changeTwice(stage()));
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
        await reach(visitor, stage());
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
