/** Amazon SES as its reference has it; signatures are checked by Amazon's own library. */
import assert from "node:assert/strict";
import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";
import type { FakeDelivery } from "./provider_fake.ts";

/** The access key of all relays in tests, in the form that real ones have. */
export const sesKey = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
} as const;

/** The body of `SendEmail`, as far as it is used. */
interface SendEmail {
  readonly FromEmailAddress?: string;
  readonly Destination: { readonly ToAddresses: readonly string[] };
  readonly Content: { readonly Raw: { readonly Data: string } };
  readonly EmailTags?: readonly unknown[];
}

/** Reads a `SendEmail` to the region eu-central-1 at `endpoint`; asserts all that is documented, the signature included. */
export async function receiveSes(request: Request, endpoint: string): Promise<FakeDelivery> {
  assert.equal(request.method, "POST");
  assert.equal(request.url, `${endpoint}/v2/email/outbound-emails`);
  assert.equal(request.headers.get("content-type"), "application/json");
  const body = await request.text();
  assert.equal(request.headers.get("authorization"), await signatureOf(request, body));
  const { FromEmailAddress, Destination, Content, EmailTags }: SendEmail = JSON.parse(body);
  return {
    recipients: Destination.ToAddresses,
    sender: FromEmailAddress ?? null,
    mime: Uint8Array.from(atob(Content.Raw.Data), (character) => character.charCodeAt(0)),
    parsed: EmailTags,
  };
}

/** The header `Authorization` that the request must have, for the headers that it signed. */
async function signatureOf({ headers, method, url }: Request, body: string): Promise<string> {
  const { host, hostname, pathname, protocol } = new URL(url);
  const signed = /SignedHeaders=([^,]+)/.exec(headers.get("authorization") ?? "")?.[1]?.split(";") ?? [];
  assert.ok(signed.includes("host") && signed.includes("x-amz-date"));
  const token = headers.get("x-amz-security-token");
  const signer = new SignatureV4({
    service: "ses",
    region: "eu-central-1",
    credentials: { ...sesKey, ...(token === null ? {} : { sessionToken: token }) },
    sha256: Sha256,
    applyChecksum: false,
  });
  const again = {
    method,
    protocol,
    hostname,
    path: pathname,
    query: {},
    headers: { host, ...Object.fromEntries(signed.flatMap((name) => pairOf(headers, name))) },
    body,
  };
  const date = headers.get("x-amz-date")?.replace(/^(....)(..)(..T..)(..)(..Z)$/, "$1-$2-$3:$4:$5") ?? "";
  const { headers: result } = await signer.sign(again, { signingDate: new Date(date) });
  return result.authorization ?? "";
}

function pairOf(headers: Headers, name: string): [string, string][] {
  const value = headers.get(name);
  return value === null ? [] : [[name, value]];
}
