/** Answers with the message log as server-sent events, for as long as whoever asked may read it. */
import type { FeedRequest } from "./operation_route.ts";

/** Each row is an event named `log`, whose data is the row as JSON: the last ten first, then each as it is written. */
export function eventsResponse(feed: ReadableStream<Uint8Array>, { context, dependencies }: FeedRequest): Response {
  const { streams, tokens, access } = dependencies;
  const token = context.get("token");
  const session = context.get("session");
  const mayGoOn = () => (token === undefined ? access.isSignedIn(session) : tokens.holds(token));
  return new Response(streams.stream({ feed, event: "log", mayGoOn }), {
    headers: { "content-type": "text/event-stream", "x-accel-buffering": "no" },
  });
}
