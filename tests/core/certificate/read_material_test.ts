import { providers } from "./providers.ts";
import { readMaterialSuite } from "./suites/read_material_suite.ts";

for (const provider of providers) readMaterialSuite(provider);
