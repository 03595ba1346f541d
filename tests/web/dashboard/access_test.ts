/** First visit, sign-in, sign-out and the account, as pages. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setupCode } from "../../support/memory_admin_access.ts";
import { Browser, password, textOf } from "./browser.ts";

const tlsPage = "/settings/connections/tls";

test("before the first visit every page leads to /setup", async () => {
  const browser = await Browser.open();
  for (const path of ["/", "/sign-in", "/account", tlsPage]) {
    const response = await browser.get(path);
    assert.deepEqual([response.status, response.headers.get("location")], [303, "/setup"], path);
  }
});

test("the first visit sets the password and signs in", async () => {
  const browser = await Browser.open();
  const response = await browser.post("/setup", { code: setupCode, password, repeated: password });
  assert.deepEqual([response.status, response.headers.get("location")], [303, "/"]);
  assert.equal((await browser.get("/")).status, 200);
  assert.equal((await browser.get("/setup")).headers.get("location"), "/sign-in");
});

test("the first visit tells what is wrong, keeps the code, and sets nothing", async () => {
  const browser = await Browser.open();
  const refusals = [
    [{ code: "AAAA-BBBB-CCCC", password, repeated: password }, 403, "This is not the setup code."],
    [{ code: setupCode, password: "short", repeated: "short" }, 422, "A password has at least 12 characters."],
    [{ code: setupCode, password, repeated: `${password}.` }, 422, "The two new passwords are not the same."],
  ] as const;
  for (const [fields, status, sentence] of refusals) {
    const response = await browser.post("/setup", fields);
    const page = await response.text();
    assert.equal(response.status, status);
    assert.ok(textOf(page).includes(sentence), sentence);
    assert.ok(page.includes(`value="${fields.code}"`));
    assert.doesNotMatch(page, /correct horse|value="short"/);
  }
  assert.equal(browser.admin.access.needsSetup, true);
});

test("somebody who is not signed in is led to /sign-in, and from there to the page that was wanted", async () => {
  const browser = await Browser.signedIn();
  await browser.submit("/", "/sign-out");
  const refused = await browser.get(tlsPage);
  const location = refused.headers.get("location")!;
  assert.deepEqual([refused.status, location], [303, `/sign-in?next=${encodeURIComponent(tlsPage)}`]);
  const signedIn = await browser.submit(location, "/sign-in", { password });
  assert.deepEqual([signedIn.status, signedIn.headers.get("location")], [303, tlsPage]);
});

test("somebody who is not signed in can send no large form, and no wrong password is counted for it", async () => {
  const browser = await Browser.open();
  const large = "x".repeat(70_000);
  assert.equal((await browser.post("/setup", { code: setupCode, password, repeated: password, large })).status, 413);
  assert.equal((await browser.post("/sign-in", { password: large })).status, 413);
  const longest = "\u{1F511}".repeat(500);
  const set = await browser.post("/setup", { code: setupCode, password: longest, repeated: longest });
  assert.equal(set.status, 303);
});

test("signing in leads to no other site", async () => {
  const browser = await Browser.signedIn();
  await browser.submit("/", "/sign-out");
  for (const next of ["https://evil.example/", "//evil.example/", "/\\evil.example", "/health"]) {
    const response = await browser.post("/sign-in", { password, next });
    assert.equal(response.headers.get("location"), "/", next);
  }
});

test("a wrong password is told with its status, and with too many the time to wait", async () => {
  const browser = await Browser.signedIn();
  await browser.submit("/", "/sign-out");
  const wrong = await browser.post("/sign-in", { password: "wrong" });
  assert.equal(wrong.status, 401);
  assert.match(textOf(await wrong.text()), /The password is wrong\. .*dispatch admin reset-password/);
  for (let attempt = 0; attempt < 9; attempt++) await browser.post("/sign-in", { password: "wrong" });
  const locked = await browser.post("/sign-in", { password });
  assert.equal(locked.status, 429);
  assert.ok(Number(locked.headers.get("retry-after")) > 0);
  assert.match(textOf(await locked.text()), /too many wrong passwords.*Try again in \d+ minutes/);
});

test("signing out ends the session, not only the cookie", async () => {
  const browser = await Browser.signedIn();
  const cookie = browser.cookie!;
  const response = await browser.submit("/", "/sign-out");
  assert.equal(response.headers.get("location"), "/sign-in?done=sign-out");
  assert.equal(browser.cookie, null);
  assert.equal((await browser.get("/", { cookie })).status, 303);
});

test("a form with more fields than any has is refused before they are read, whoever sends it", async () => {
  const [visitor, administrator] = [await Browser.open(), await Browser.signedIn()];
  const fields = new FormData();
  for (let count = 0; count < 2001; count++) fields.append("a", "");
  const queryOf = (count: number) => new Array(count).fill("a").join("&");
  const startedAtMs = performance.now();
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  assert.equal((await visitor.postBody("/sign-in", queryOf(30_000), headers)).status, 400);
  assert.equal((await administrator.postBody("/account/password", queryOf(400_000), headers)).status, 400);
  assert.equal((await administrator.post("/account/password", fields)).status, 400);
  assert.ok(performance.now() - startedAtMs < 1000);
});

test("forms of another site are refused", async () => {
  const browser = await Browser.signedIn();
  const forged = { origin: "https://evil.example", "sec-fetch-site": "cross-site" };
  for (const path of ["/sign-in", "/setup", "/sign-out", "/account/password", `${tlsPage}/generate`]) {
    const response = await browser.post(path, { password }, forged);
    assert.equal(response.status, 403, path);
    assert.match(textOf(await response.text()), /The request did not come from this dashboard\./);
  }
});

test("forms without the token are refused, each of them", async () => {
  const browser = await Browser.signedIn();
  const changes = ["check", "upload", "generate", "restore", "remove", "dispatch.pfx"];
  for (const path of ["/sign-out", "/account/password", ...changes.map((name) => `${tlsPage}/${name}`)]) {
    for (const csrf of ["", "AAAA"]) assert.equal((await browser.post(path, { csrf })).status, 403, path);
  }
  assert.deepEqual(browser.dispatch.certificates.changes, []);
});

test("a form that is sent after the session has ended asks to sign in", async () => {
  const browser = await Browser.signedIn();
  await browser.submit("/", "/sign-out");
  const response = await browser.post(`${tlsPage}/remove`, {});
  assert.equal(response.status, 401);
  assert.match(textOf(await response.text()), /Nobody is signed in, or the session has ended\. .*Password/);
});

test("the account page changes the password", async () => {
  const browser = await Browser.signedIn();
  const next = "another good password";
  const response = await browser.submit("/account", "/account/password", {
    current: password,
    password: next,
    repeated: next,
  });
  assert.equal(response.headers.get("location"), "/account?done=password");
  assert.match(textOf(await (await browser.get("/account?done=password")).text()), /The password is changed\./);
  await browser.submit("/", "/sign-out");
  assert.equal((await browser.post("/sign-in", { password })).status, 401);
  assert.equal((await browser.post("/sign-in", { password: next })).status, 303);
});

test("the account page changes nothing when the current password is wrong", async () => {
  const browser = await Browser.signedIn();
  const fields = { current: "wrong", password: "another good password", repeated: "another good password" };
  const response = await browser.submit("/account", "/account/password", fields);
  assert.equal(response.status, 401);
  assert.match(textOf(await response.text()), /The password is wrong\./);
  await browser.submit("/", "/sign-out");
  assert.equal((await browser.post("/sign-in", { password })).status, 303);
});
