/** The setup code of a data directory, the same at each start until there is a password. */
import { generateSetupCode } from "../core/access/setup_code.ts";
import type { DispatchData } from "./open_data.ts";

/** Name under which the database notes the sealed code, and the place it is sealed for. */
const name = "setup_code";

/** Returns the code, made at the first call. */
export async function findSetupCode({ stores, box }: Pick<DispatchData, "stores" | "box">): Promise<string> {
  const sealed = await stores.meta.read(name);
  if (sealed !== null) return box.open(name, sealed);
  const code = generateSetupCode(crypto);
  await stores.meta.write(name, await box.seal(name, code));
  return code;
}
