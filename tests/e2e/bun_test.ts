import { bindScenarios } from "./scenario.ts";
import { scenarios } from "./scenarios/mod.ts";
import { bunTarget } from "./target.ts";

bindScenarios(bunTarget, scenarios);
