/** `POST /api/v1/messages`: three ways to write a message down, one way in. */
import type { Context, Handler } from "hono";
import { DispatchError } from "../../core/error/mod.ts";
import { digestOf, digestOfParts } from "../../core/ingest/body_digest.ts";
import { readForm } from "../../core/ingest/form_request.ts";
import type { Accepted, ArrivingMessage, Submission } from "../../core/ingest/intake.ts";
import { readJsonBody } from "../../core/ingest/json_body.ts";
import type { MessageRequest } from "../../core/ingest/message_request.ts";
import { envelopeOf, readMessageStart } from "../../core/ingest/raw_message.ts";
import {
  type BodyBounds,
  parseContentLength,
  readChunks,
  requireDeclaredSize,
} from "../../core/ingest/request_body.ts";
import { composeRequest, submissionOf } from "../../core/ingest/request_submission.ts";
import { readMediaType } from "../media_type.ts";
import type { IngestionDependencies, IngestionEnv } from "./dependencies.ts";
import { readIdempotencyKey, readQueryEnvelope } from "./request_parts.ts";

type IngestionContext = Context<IngestionEnv>;

/** One submission under way. */
interface Arrival {
  readonly context: IngestionContext;
  readonly dependencies: IngestionDependencies;
  readonly bounds: BodyBounds;
  readonly idempotencyKey: string | null;
}

/** How each media type is read. */
const readers: Readonly<Record<string, (arrival: Arrival) => Promise<Accepted>>> = {
  "multipart/form-data": takeForm,
  "application/json": takeJson,
  "message/rfc822": takeRaw,
};

/** Takes a message in. */
export function submitMessage(dependencies: IngestionDependencies): Handler<IngestionEnv> {
  return async (context) => {
    const bounds = {
      limitBytes: dependencies.settings().maxMessageBytes,
      declaredBytes: parseContentLength(context.req.header("content-length")),
    };
    requireDeclaredSize(bounds);
    const { mediaType } = readMediaType(context.req);
    const take = Object.hasOwn(readers, mediaType) ? readers[mediaType]! : refuseMediaType(mediaType);
    const idempotencyKey = readIdempotencyKey(context.req);
    const { id, replayed } = await take({ context, dependencies, bounds, idempotencyKey });
    return context.json({ id, message: "Queued. Thank you." }, 202, {
      location: `/api/v1/messages/${id}`,
      "cache-control": "no-store",
      ...(replayed ? { "idempotent-replayed": "true" } : {}),
    });
  };
}

function refuseMediaType(mediaType: string): never {
  throw new DispatchError("media_type_unsupported", { mediaType, taken: Object.keys(readers) });
}

function takeJson(arrival: Arrival): Promise<Accepted> {
  return withWholeBody(arrival, async (body) => {
    const request = readJsonBody(body);
    return takeRequest(arrival, request, () => digestOf(body, arrival.dependencies.crypto));
  });
}

function takeForm(arrival: Arrival): Promise<Accepted> {
  return withWholeBody(arrival, async (body) => {
    const { request, parts } = readForm(body, readMediaType(arrival.context.req).boundary);
    return takeRequest(arrival, request, () => digestOfParts(parts, arrival.dependencies.crypto));
  });
}

async function takeRequest(
  arrival: Arrival,
  request: MessageRequest,
  digest: () => Promise<string>,
): Promise<Accepted> {
  const { nowMs, newMessageId } = arrival.dependencies;
  const content = composeRequest(request, { dateMs: nowMs(), messageId: newMessageId() });
  return store(arrival, { ...submissionOf(request), ...(await claim(arrival, digest)) }, content);
}

/** The message streams into the intake; only to compare it with an earlier one it has to be whole. */
async function takeRaw(arrival: Arrival): Promise<Accepted> {
  if (arrival.idempotencyKey === null) return takeRawChunks(arrival, bodyOf(arrival));
  return withWholeBody(arrival, (body) => {
    const { searchParams } = new URL(arrival.context.req.url);
    const label = JSON.stringify([searchParams.getAll("from"), searchParams.getAll("to")]);
    const parts = [{ label, content: body }];
    return takeRawChunks(arrival, chunksOf(body), () => digestOfParts(parts, arrival.dependencies.crypto));
  });
}

async function takeRawChunks(
  arrival: Arrival,
  chunks: AsyncGenerator<Uint8Array, void, void>,
  digest?: () => Promise<string>,
): Promise<Accepted> {
  try {
    const start = await readMessageStart(chunks);
    const envelope = envelopeOf(start.section, readQueryEnvelope(arrival.context.req));
    const submission = { ...envelope, ...(digest === undefined ? {} : await claim(arrival, digest)) };
    return await store(arrival, submission, joined(start.bytes, chunks));
  } finally {
    await chunks.return();
  }
}

/** Waits for all of the body, and holds it in memory while `use` works on it. */
function withWholeBody<T>(arrival: Arrival, use: (body: Uint8Array<ArrayBuffer>) => Promise<T>): Promise<T> {
  const { context, dependencies } = arrival;
  return dependencies.bodies.use(bodyOf(arrival), context.req.raw.signal, use);
}

async function claim(
  { idempotencyKey, context }: Arrival,
  digest: () => Promise<string>,
): Promise<Pick<Submission, "idempotency">> {
  if (idempotencyKey === null) return {};
  return { idempotency: { scope: context.get("key").id, key: idempotencyKey, bodyDigest: await digest() } };
}

type Requested = Pick<Submission, "sender" | "recipients"> & Partial<Submission>;

async function store(
  { context, dependencies, bounds }: Arrival,
  requested: Requested,
  content: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<Accepted> {
  const { clientAddress, tls } = context.env;
  const message = dependencies.intake.begin({
    ...requested,
    origin: { source: "http", clientAddress, tls, apiKeyId: context.get("key").id, smtpUser: null },
    maxBytes: bounds.limitBytes,
    clientName: null,
    protocol: tls === null ? "HTTP" : "HTTPS",
  });
  return fill(message, content);
}

async function fill(
  message: ArrivingMessage,
  content: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<Accepted> {
  try {
    for await (const chunk of content) await message.write(chunk);
    return await message.finish();
  } catch (error) {
    await message.abort();
    throw error;
  }
}

function bodyOf({ context, bounds }: Arrival): AsyncGenerator<Uint8Array, void, void> {
  return readChunks(context.req.raw.body, bounds);
}

async function* chunksOf(body: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  yield body;
}

async function* joined(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  yield first;
  yield* rest;
}
