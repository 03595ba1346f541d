import { openDatabase } from "../../runtime-node/database.ts";
import { describeDatabase } from "./database_suite.ts";

describeDatabase("openDatabase", async (path) => {
  const driver = await openDatabase(path);
  return { driver, close: async () => driver.close() };
});
