import { bindScenarios } from "./scenario.ts";
import { scenarios } from "./scenarios/mod.ts";
import { binaryTarget } from "./target.ts";

bindScenarios(binaryTarget, scenarios);
