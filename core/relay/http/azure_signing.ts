/**
 * Signs requests to Azure Communication Services with an access key of the resource (HMAC-SHA256).
 *
 * https://learn.microsoft.com/azure/communication-services/tutorials/hmac-header-tutorial
 */
import { decodeBase64, encodeBase64 } from "../../ingest/base64.ts";
import type { HttpSurroundings } from "./http_api.ts";

const signedHeaders = "x-ms-date;host;x-ms-content-sha256";

/** A request before it is signed. */
export interface UnsignedRequest {
  readonly method: "GET" | "POST";
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: `""`. */
  readonly body?: string;
}

/**
 * The request with its signature over `VERB \n path?query \n date;host;content hash`.
 *
 * @param accessKey As the portal shows it, in base64
 */
export async function signForAzure(
  { method, url, headers = {}, body = "" }: UnsignedRequest,
  accessKey: string,
  { crypto, nowMs }: Pick<HttpSurroundings, "crypto" | "nowMs">,
): Promise<Request> {
  const encoder = new TextEncoder();
  const content = encoder.encode(body);
  const contentHash = encodeBase64(new Uint8Array(await crypto.subtle.digest("SHA-256", content)));
  const date = new Date(nowMs()).toUTCString();
  const text = `${method}\n${url.pathname}${url.search}\n${date};${url.host};${contentHash}`;
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const rawKey = decodeBase64(accessKey) ?? new Uint8Array();
  const key = await crypto.subtle.importKey("raw", rawKey, algorithm, false, ["sign"]);
  const signature = encodeBase64(new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(text))));
  return new Request(url, {
    method,
    headers: {
      ...headers,
      authorization: `HMAC-SHA256 SignedHeaders=${signedHeaders}&Signature=${signature}`,
      "x-ms-date": date,
      "x-ms-content-sha256": contentHash,
    },
    ...(method === "POST" ? { body: content } : {}),
  });
}
