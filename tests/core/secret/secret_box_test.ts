import { providers } from "../certificate/providers.ts";
import { secretBoxSuite } from "./suites/secret_box_suite.ts";

for (const provider of providers) secretBoxSuite(provider);
