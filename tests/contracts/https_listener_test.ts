import type { OpenHttpsListener } from "../../core/ingest/http_listener.ts";
import { httpsListenerSuite } from "./https_listener_suite.ts";

const runtime = process.versions.bun === undefined ? "node" : "bun";
const { openHttpsListener } = (await import(`../../runtime-${runtime}/https_listener.ts`)) as {
  openHttpsListener: OpenHttpsListener;
};

await httpsListenerSuite(`openHttpsListener of runtime-${runtime}`, openHttpsListener);
