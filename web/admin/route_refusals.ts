/** Which errors a route can answer: its own, and those of its kind. */
import type { ErrorCode } from "../../core/error/mod.ts";
import type { ApiRoute } from "./route.ts";

/** Errors that all routes of a kind can answer. */
interface CommonRefusals {
  readonly appliesTo: (route: ApiRoute) => boolean;
  readonly codes: readonly ErrorCode[];
}

const isVisitors = (route: ApiRoute) => route.for === "visitors";
const isAdministrators = (route: ApiRoute) => route.for === "administrators";
const takesJson = ({ carrier, takes }: ApiRoute) => carrier === "json" && takes !== null;
const takesForm = ({ carrier }: ApiRoute) => carrier === "form";

/** What a JSON body holds is judged by the operation, but for what the path says already. */
const isJudgedHere = (route: ApiRoute) =>
  route.takes !== null && !(isAdministrators(route) && takesJson(route) && !route.path.includes("{"));

const common: readonly CommonRefusals[] = [
  // A listener answers these by itself, to what never becomes a request that a route could see.
  { appliesTo: () => true, codes: ["request_malformed", "request_timeout", "request_headers_too_large"] },
  { appliesTo: () => true, codes: ["address_not_allowed", "client_address_unclear", "internal_error"] },
  { appliesTo: (route) => isVisitors(route) || route.method !== "GET", codes: ["request_forged"] },
  { appliesTo: (route) => !isVisitors(route), codes: ["not_signed_in"] },
  { appliesTo: (route) => route.for === "sessions", codes: ["session_needed"] },
  { appliesTo: isAdministrators, codes: ["token_invalid", "scope_insufficient", "input_invalid", "database_unusable"] },
  {
    appliesTo: (route) => takesJson(route) || takesForm(route),
    codes: ["body_malformed", "body_incomplete", "media_type_unsupported"],
  },
  { appliesTo: takesJson, codes: ["body_too_deep", "body_too_large"] },
  { appliesTo: isJudgedHere, codes: ["request_invalid"] },
];

/** All codes of errors that `route` can answer. */
export function refusalsOf(route: ApiRoute): readonly ErrorCode[] {
  const kinds = common.filter(({ appliesTo }) => appliesTo(route)).flatMap(({ codes }) => codes);
  return [...new Set([...kinds, ...route.refuses])];
}
