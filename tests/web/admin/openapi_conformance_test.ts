/** Every answer that the admin API's document tells of is brought about, and is as the document says. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DispatchError, isErrorCode } from "../../../core/error/mod.ts";
import { problemResponse } from "../../../web/problem_response.ts";
import type { DocumentedOperation } from "../../support/openapi_document.ts";
import { type Ask, particularAsks, unreachedErrors } from "./openapi_asks.ts";
import { bearerOf, documentedRoutes, judgeAnswer, openStage } from "./openapi_harness.ts";
import { OperatorHarness } from "./operator_harness.ts";

type Stage = Awaited<ReturnType<typeof openStage>>;
type UsualAsk = (route: UsualRoute) => Ask;

/** A route with what any request for it has. */
interface UsualRoute extends Pick<DocumentedOperation, "method" | "operationId"> {
  /** The path, with something in the place of its parameters. */
  readonly target: string;
  /** Media type of its body; `undefined` when it takes none. */
  readonly mediaType: string | undefined;
}

/** A form that is whole; the least that a route with one reads at all. */
const part = '--x\r\nContent-Disposition: form-data; name="passphrase"\r\n\r\nsesame\r\n--x--\r\n';

/** Asks with further headers, or with others. */
const withHeaders =
  (headers: Record<string, string>): UsualAsk =>
  (route) =>
    route.mediaType === "multipart/form-data"
      ? withBody("", part, headers)(route)
      : (harness) => harness.fetch(route.target, { method: route.method, headers });

const plain = withHeaders({});

/** Asks with a body of the kind that the route takes. */
const withBody =
  (json: string, form: string, headers: Record<string, string> = {}): UsualAsk =>
  ({ method, target, mediaType }) =>
  (harness) => {
    const isForm = mediaType === "multipart/form-data";
    const type = isForm ? "multipart/form-data; boundary=x" : "application/json";
    return harness.send(method, target, isForm ? form : json, { "content-type": type, ...headers });
  };

/** What signing in takes. */
const credentials: Readonly<Record<string, string>> = {
  "auth.setup": '{"code":"x","password":"x"}',
  "auth.login": '{"password":"x"}',
  "auth.password": '{"current":"x","next":"x"}',
};

/** Asks a service whose parts fail. */
const failing =
  (error: Error): UsualAsk =>
  (route) =>
  async (_harness, ids) => {
    const fail = () => Promise.reject(error);
    const { harness } = await openStage({ perform: fail, open: fail });
    const given = credentials[route.operationId];
    if (!route.operationId.startsWith("auth.")) return plain(route)(harness, ids);
    Object.assign(harness.admin.access, { session: fail, signIn: fail, setup: fail });
    return given === undefined ? plain(route)(harness, ids) : withBody(given, "")(route)(harness, ids);
  };

const unknownField = withBody(
  '{"unknown":1}',
  '--x\r\nContent-Disposition: form-data; name="unknown"\r\n\r\n1\r\n--x--\r\n',
);

/** How what all routes of a kind answer is brought about, by its code. */
const usualAsks: Readonly<Record<string, UsualAsk>> = {
  // These are what a listener answers by itself, since it never becomes a request for the app.
  request_malformed: () => () => problemResponse(new DispatchError("request_malformed", {})),
  request_timeout: () => () => problemResponse(new DispatchError("request_timeout", { seconds: 60 })),
  request_headers_too_large: () => () =>
    problemResponse(new DispatchError("request_headers_too_large", { limitBytes: 32_768 })),
  address_not_allowed: (route) => async (_harness, ids) =>
    plain(route)(await OperatorHarness.fresh({ isAllowed: () => false }), ids),
  client_address_unclear: (route) => async (_harness, ids) =>
    withHeaders({ "x-forwarded-for": "somebody" })(route)(await OperatorHarness.fresh({ isProxy: () => true }), ids),
  request_forged: withHeaders({ "sec-fetch-site": "cross-site" }),
  not_signed_in: (route) => async (_harness, ids) => plain(route)(await OperatorHarness.fresh(), ids),
  token_invalid: withHeaders({ authorization: `Bearer dsp_admin_${"A".repeat(43)}` }),
  session_needed: withHeaders({ authorization: "Bearer x" }),
  scope_insufficient: (route) => async (harness, ids) => {
    const scope = route.operationId.startsWith("cert.") ? "read" : "certificate";
    return withHeaders(await bearerOf(harness, scope))(route)(harness, ids);
  },
  internal_error: failing(new Error("EIO")),
  body_malformed: withBody("{", "--x\r\n"),
  body_incomplete: withBody("{}", part, { "content-length": "1000" }),
  body_too_large: withBody("{}", part, { "content-length": "9999999" }),
  body_too_deep: withBody("[".repeat(99), ""),
  media_type_unsupported: withBody("a,b", "a,b", { "content-type": "text/csv" }),
  input_invalid: (route) =>
    route.mediaType === undefined && (route.method === "GET" || route.method === "DELETE")
      ? plain({ ...route, target: `${route.target}?unknown=1` })
      : withBody('{"unknown":1}', part)(route),
  request_invalid: (route) =>
    route.method === "GET" || route.method === "DELETE"
      ? plain({ ...route, target: `${route.target}?a=1&a=2` })
      : route.target.endsWith("/x") || route.target.includes("/x/")
        ? withBody("[]", "")(route)
        : unknownField(route),
  ...Object.fromEntries(unreachedErrors.map((error) => [error.code, failing(error)])),
};

/** What no request can bring about, with the reason. */
const unmet: Readonly<Record<string, readonly string[]>> = {
  // It answers with a text that is there.
  describe: ["500 internal_error"],
  // A token of any scope may look at the certificate.
  "cert.show": ["403 scope_insufficient"],
  "cert.check": ["403 scope_insufficient"],
  "cert.history": ["403 scope_insufficient"],
  "cert.export": ["403 scope_insufficient"],
};

for (const route of documentedRoutes) {
  const { operationId, responses } = route;
  test(`${operationId} answers all that the OpenAPI document says, as it says`, async () => {
    const met = new Set<string>();
    const meet = async (ask: Ask, { harness, ids }: Stage) => {
      const { status, body } = await judgeAnswer(operationId, await ask(harness, ids));
      harness.streams.close();
      const code = status < 400 ? "" : ` ${(body as { code: string }).code}`;
      met.add(`${status}${code}`);
    };
    for (const ask of particularAsks[operationId] ?? []) await meet(ask, await openStage());
    const usualStage = await openStage();
    const documented = Object.entries(responses).flatMap(([status, { description }]) => {
      const codes = (description.match(/\w+/g) ?? []).filter(isErrorCode);
      return codes.length === 0 ? [status] : codes.map((code) => `${status} ${code}`);
    });
    for (const answer of documented.filter((known) => !met.has(known))) {
      const usual = usualAsks[answer.split(" ")[1] ?? ""];
      if (usual === undefined || unmet[operationId]?.includes(answer)) continue;
      const target = route.path.replaceAll(/\{\w+\}/g, "x");
      await meet(usual({ ...route, target, mediaType: Object.keys(route.requests)[0] }), usualStage);
    }
    const lacking = documented.filter((answer) => !met.has(answer));
    assert.deepEqual(lacking, unmet[operationId] ?? []);
  });
}
