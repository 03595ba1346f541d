import { openFiles } from "../../runtime-node/files.ts";
import { describeFiles } from "./files_suite.ts";

describeFiles("openFiles", openFiles);
