import { providers } from "../certificate/providers.ts";
import { keyFileFormatSuite, keyFileSuite } from "./suites/key_file_suite.ts";

keyFileFormatSuite();
for (const provider of providers) keyFileSuite(provider);
