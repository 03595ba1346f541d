import { providers } from "./providers.ts";
import { pfxSuite } from "./suites/pfx_suite.ts";

for (const provider of providers) pfxSuite(provider);
