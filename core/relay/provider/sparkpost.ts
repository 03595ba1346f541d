/**
 * SparkPost: takes MIME as text, with the recipients beside it.
 *
 * https://developers.sparkpost.com/api/transmissions/
 */
import { choiceCodec } from "../../config/codec/choice.ts";
import { transmissionsApi } from "../http/transmissions.ts";
import { credentialCodec } from "./pattern_codec.ts";
import type { Provider } from "./provider.ts";

const servers = { us: "https://api.sparkpost.com", eu: "https://api.eu.sparkpost.com" } as const;

/** The provider of relays through SparkPost. */
export const sparkpost: Provider = {
  name: "sparkpost",
  summary: "SparkPost, over its HTTP API",
  carrier: {
    kind: "http",
    api: transmissionsApi("sparkpost", ({ region, api_key }) => ({
      url: `${region === "eu" ? servers.eu : servers.us}/api/v1/transmissions`,
      authorization: String(api_key),
    })),
  },
  documentation: "https://developers.sparkpost.com/api/transmissions/",
  // It names no limit of its own; Bird, which is built on it, does.
  maxMessageBytes: 20 * 1024 * 1024,
  settings: {
    api_key: { codec: credentialCodec(), required: true, secret: true, summary: "API key that may send" },
    region: { codec: choiceCodec(["us", "eu"]), default: "us", summary: "Where the account is: us or eu" },
  },
};
