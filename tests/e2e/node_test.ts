import { bindScenarios } from "./scenario.ts";
import { scenarios } from "./scenarios/mod.ts";
import { nodeTarget } from "./target.ts";

bindScenarios(nodeTarget, scenarios);
