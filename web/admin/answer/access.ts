/** Answers about who may do what: sessions, API keys, tokens. */
import { z } from "zod";
import { adminScopes } from "../../../core/access/admin_token.ts";
import { count, list, named, text, textOrNull, time, timeOrNull } from "./shape.ts";

/** Whether somebody is signed in; changes carry the token in `X-CSRF-Token`. */
export const sessionState = named("SessionState", {
  signedIn: z.boolean(),
  needsSetup: z.boolean(),
  csrfToken: textOrNull,
});

const bearer = {
  id: text,
  name: text,
  createdAt: time,
  revokedAt: timeOrNull,
  lastUsedAt: timeOrNull,
  useCount: count,
};

/** Requests a minute; `null` follows the setting, `0` is no limit. */
const ratePerMinute = z.int().min(0).nullable();

/** An API key. */
export const apiKey = named("ApiKey", { ...bearer, ratePerMinute });
/** An API key that was just created, the key itself included. */
export const createdApiKey = named("CreatedApiKey", { id: text, name: text, ratePerMinute, key: text });

/** A token. */
export const adminToken = named("AdminToken", { ...bearer, scope: z.enum(adminScopes) });
/** A token that was just created, the token itself included. */
export const createdAdminToken = named("CreatedAdminToken", {
  id: text,
  name: text,
  scope: z.enum(adminScopes),
  token: text,
});

/** A user of SMTP; an empty list allows all. */
export const smtpUser = named("SmtpUser", {
  name: text,
  allowedAddresses: list(text),
  allowedSenders: list(text),
  createdAt: time,
  passwordSetAt: time,
  lastUsedAt: timeOrNull,
  useCount: count,
});
