/**
 * Bird (once MessageBird): its Email API takes MIME as text, with the recipients beside it.
 *
 * https://docs.bird.com/api/email-api/transmissions
 */
import { choiceCodec } from "../../config/codec/choice.ts";
import { transmissionsApi } from "../http/transmissions.ts";
import { credentialCodec, patternCodec } from "./pattern_codec.ts";
import type { Provider } from "./provider.ts";

const servers = {
  us: "https://email.us-west-2.api.bird.com",
  eu: "https://email.eu-west-1.api.bird.com",
} as const;

/** The provider of relays through Bird. */
export const bird: Provider = {
  name: "bird",
  summary: "Bird, over its Email API",
  carrier: {
    kind: "http",
    api: transmissionsApi("bird", ({ region, workspace, access_key }) => ({
      url: `${region === "eu" ? servers.eu : servers.us}/api/workspaces/${workspace}/reach/transmissions`,
      authorization: `AccessKey ${access_key}`,
    })),
  },
  documentation: "https://docs.bird.com/api/email-api/transmissions",
  // "The transmission content (text + html + attachments + inline images) is limited to 20 MBs."
  maxMessageBytes: 20 * 1024 * 1024,
  settings: {
    workspace: {
      codec: patternCodec(
        /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
        "must be a UUID, such as a1405560-c8d3-4b1a-877d-3f449ad95352",
      ),
      required: true,
      summary: "Id of the workspace",
    },
    access_key: {
      codec: credentialCodec(),
      required: true,
      secret: true,
      summary: "Access key with the permission Reach Email Admin",
    },
    region: { codec: choiceCodec(["us", "eu"]), default: "us", summary: "Where the workspace is: us or eu" },
  },
};
