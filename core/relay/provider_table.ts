/** All providers. */
import { nearestName } from "../config/nearest.ts";
import { DispatchError } from "../error/mod.ts";
import { azure } from "./provider/azure.ts";
import { bird } from "./provider/bird.ts";
import { local } from "./provider/local.ts";
import { maileroo } from "./provider/maileroo.ts";
import { mailgun } from "./provider/mailgun.ts";
import { microsoftGraph } from "./provider/microsoft_graph.ts";
import { postmark } from "./provider/postmark.ts";
import type { Provider } from "./provider/provider.ts";
import { resend } from "./provider/resend.ts";
import { sendgrid } from "./provider/sendgrid.ts";
import { ses } from "./provider/ses.ts";
import { smtp } from "./provider/smtp.ts";
import { smtp2go } from "./provider/smtp2go.ts";
import { sparkpost } from "./provider/sparkpost.ts";

/** All providers, in the order in which they are shown. */
export const providers: readonly Provider[] = [
  local,
  smtp,
  mailgun,
  ses,
  sendgrid,
  postmark,
  resend,
  sparkpost,
  smtp2go,
  maileroo,
  bird,
  microsoftGraph,
  azure,
];

/** The provider of that name, or `undefined`. */
export function findProvider(name: string): Provider | undefined {
  return providers.find((provider) => provider.name === name);
}

/** The provider of that name. @throws {DispatchError} `provider_unknown` */
export function requireProvider(name: string): Provider {
  const provider = findProvider(name);
  if (provider !== undefined) return provider;
  const known = providers.map((candidate) => candidate.name);
  throw new DispatchError("provider_unknown", { provider: name, nearest: nearestName(name, known) });
}
