import { providers } from "./providers.ts";
import { chainSuite } from "./suites/chain_suite.ts";

for (const provider of providers) chainSuite(provider);
