import { providers } from "./providers.ts";
import { checkSuite } from "./suites/check_suite.ts";

for (const provider of providers) checkSuite(provider);
