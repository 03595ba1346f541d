import { providers } from "./providers.ts";
import { storeSuite } from "./suites/store_suite.ts";

for (const provider of providers) storeSuite(provider);
