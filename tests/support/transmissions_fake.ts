/** The transmissions of SparkPost and Bird, from their documentation. */
import assert from "node:assert/strict";
import { type FakeApi, type FakeDelivery, jsonResponse } from "./provider_fake.ts";

/** The body of a transmission, as far as it is used. */
interface Transmission {
  readonly options: Readonly<Record<string, boolean>>;
  readonly recipients: readonly { readonly address: { readonly email: string } }[];
  readonly metadata?: unknown;
  readonly content: { readonly email_rfc822: string };
}

/** A refusal, in the form of the list of error codes. */
export function refusedTransmission(status: number, message: string, headers: Record<string, string> = {}): Response {
  return jsonResponse(status, { errors: [{ message, description: `About ${message}`, code: "1902" }] }, headers);
}

/** The answer to a transmission, with how many of its recipients were taken and refused. */
export function acceptedTransmission(taken: number, refused: number): Response {
  const counts = { total_rejected_recipients: refused, total_accepted_recipients: taken };
  return jsonResponse(200, { results: { ...counts, id: "11668787484950529" } });
}

/** That API at `url`, for whoever has `authorization`: from the reference of the transmissions endpoint. */
export function transmissionsFake(url: string, authorization: string): FakeApi {
  return {
    async receive(request) {
      assert.equal(request.method, "POST");
      assert.equal(request.url, url);
      assert.equal(request.headers.get("authorization"), authorization);
      assert.equal(request.headers.get("content-type"), "application/json");
      return read(await request.json());
    },
    answers: {
      success: ({ recipients }) => acceptedTransmission(recipients.length, 0),
      throttled: () => refusedTransmission(429, "Too many requests"),
      temporary: () => refusedTransmission(503, "Unavailable"),
      permanent: () => refusedTransmission(422, "Invalid domain"),
      bad_credentials: () => refusedTransmission(401, "Unauthorized"),
      error_inside: ({ recipients }) => acceptedTransmission(0, recipients.length),
    },
  };
}

function read({ recipients, content, options, metadata }: Transmission): FakeDelivery {
  assert.equal(options.perform_substitutions, false, "braces in a message are not variables");
  assert.equal(options.click_tracking, false, "links stay as they are");
  return {
    recipients: recipients.map(({ address }) => address.email),
    sender: null,
    mime: new TextEncoder().encode(content.email_rfc822),
    parsed: metadata,
  };
}
