import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SecretMask } from "../../../../core/relay/http/secret_mask.ts";
import { ses } from "../../../../core/relay/provider/ses.ts";

const secret = 'wJal"UtnFEMI/K7+x';
const hidden = "••••••••";

function mask(): SecretMask {
  return new SecretMask(ses, { access_key_id: "AKIA1", secret_access_key: secret, region: "eu-west-1" });
}

describe("SecretMask", () => {
  it("masks a secret as it is, as JSON writes it, and as a query does", () => {
    for (const form of [secret, JSON.stringify({ a: secret }), `?key=${encodeURIComponent(secret)}`]) {
      const masked = mask().apply(form);
      assert.ok(masked.includes(hidden), masked);
      assert.ok(!masked.includes("UtnFEMI"), masked);
    }
  });

  it("leaves what is no secret", () => {
    assert.equal(mask().apply("AKIA1 in eu-west-1"), "AKIA1 in eu-west-1");
  });

  it("masks what a request said who asks", () => {
    const learning = mask();
    learning.learnFrom(new Headers({ authorization: "Bearer eyJhbGciOi", "content-type": "application/json" }));
    assert.equal(learning.apply("Bearer eyJhbGciOi: application/json"), `Bearer ${hidden}: application/json`);
  });

  it("masks a token that is being issued", () => {
    const answer = '{"token_type":"Bearer","access_token" : "eyJ\\"x","expires_in":3599}';
    assert.equal(mask().apply(answer), `{"token_type":"Bearer","access_token" : "${hidden}","expires_in":3599}`);
  });

  it("masks a secret that holds another one as a whole", () => {
    const settings = { access_key_id: "a", secret_access_key: "inner", session_token: "an-inner-one", region: "x" };
    assert.equal(new SecretMask(ses, settings).apply("an-inner-one"), hidden);
  });
});
