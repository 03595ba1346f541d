/** The local inbox: captures mail and delivers nothing. */
import type { Provider } from "./provider.ts";

/** The provider of the local inbox. */
export const local: Provider = {
  name: "local",
  summary: "Local inbox: captures mail and delivers nothing",
  carrier: { kind: "local" },
  documentation: null,
  maxMessageBytes: null,
  settings: {},
};
