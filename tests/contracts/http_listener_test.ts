import { openHttpListener } from "../../runtime-node/http_listener.ts";
import { httpListenerSuite } from "./http_listener_suite.ts";

httpListenerSuite({
  name: "openHttpListener",
  isTls: false,
  open: (options) => openHttpListener({ name: "http", ...options }),
});
