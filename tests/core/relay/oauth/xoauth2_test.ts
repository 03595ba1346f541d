import assert from "node:assert/strict";
import { test } from "node:test";
import { explainRefusal, xoauth2Response } from "../../../../core/relay/oauth/xoauth2.ts";

test("xoauth2Response is what Google's documentation has for its example", () => {
  assert.equal(
    xoauth2Response("someuser@example.com", "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg"),
    "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0Q2cBAQ==",
  );
});

test("explainRefusal says in words what Google's documentation has as its example", () => {
  const text = "eyJzdGF0dXMiOiI0MDEiLCJzY2hlbWVzIjoiYmVhcmVyIG1hYyIsInNjb3BlIjoiaHR0cHM6Ly9tYWlsLmdvb2dsZS5jb20vIn0K";
  assert.equal(
    explainRefusal(text),
    "the server says 401 of the access token; it wants a bearer mac token for https://mail.google.com/",
  );
});

test("explainRefusal says less where less is said, and nothing of what is no explanation", () => {
  assert.equal(explainRefusal(btoa('{"status":400}')), "the server says 400 of the access token");
  for (const text of ["", "go ahead", btoa("{}"), btoa("[]"), btoa("\xff\xfe"), btoa('{"status":{}}')]) {
    assert.equal(explainRefusal(text), "", text);
  }
});
