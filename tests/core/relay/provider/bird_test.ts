import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bird } from "../../../../core/relay/provider/bird.ts";
import { transmissionsFake } from "../../../support/transmissions_fake.ts";
import { attempt, type ProviderSubject, testProvider } from "./provider_suite.ts";

const accessKey = "AbCdEfGhIjKlMnOpQrStUvWxYzAbCdEfGhIj";
const workspace = "a1405560-c8d3-4b1a-877d-3f449ad95352";
const path = `/api/workspaces/${workspace}/reach/transmissions`;

const subject: ProviderSubject = {
  provider: bird,
  settings: { access_key: accessKey, workspace },
  api: transmissionsFake(`https://email.us-west-2.api.bird.com${path}`, `AccessKey ${accessKey}`),
  messageId: "11668787484950529",
  retryAfterSeconds: null,
  maxRecipients: 1,
  nullSender: "sent",
};

testProvider(subject);

describe("bird", () => {
  it("asks the servers of the region eu", async () => {
    const eu = transmissionsFake(`https://email.eu-west-1.api.bird.com${path}`, `AccessKey ${accessKey}`);
    const settings = { ...subject.settings, region: "eu" };
    const { report } = await attempt({ ...subject, settings, api: eu }, { answers: ["success"] });
    assert.equal(report.outcomes[0]?.result, "delivered");
  });

  it("names itself where a message can't be carried", async () => {
    const mime = Uint8Array.from("Subject: x\r\n\r\n\u00fc\r\n", (character) => character.charCodeAt(0));
    const { report } = await attempt(subject, { answers: ["success"], mime });
    assert.match(report.outcomes[0]?.response ?? "", /The API of bird .* not UTF-8/);
  });

  it("takes no workspace that would change the address of a request", () => {
    for (const text of ["../..", `${workspace}/x`, "", "a1405560"]) {
      assert.ok("rule" in bird.settings.workspace!.codec.fromText(text), text);
    }
  });
});
