import { providers } from "./providers.ts";
import { generateSuite } from "./suites/generate_suite.ts";

for (const provider of providers) generateSuite(provider);
