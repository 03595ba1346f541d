import { providers } from "./providers.ts";
import { identitySuite } from "./suites/identity_suite.ts";

for (const provider of providers) identitySuite(provider);
