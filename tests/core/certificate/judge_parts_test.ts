import { providers } from "./providers.ts";
import { judgeSuite } from "./suites/judge_suite.ts";

for (const provider of providers) judgeSuite(provider);
