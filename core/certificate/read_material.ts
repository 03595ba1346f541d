/** Reads certificate files of every known form. */
import type { Material, MaterialCiphers, MaterialParts } from "./material.ts";

/** Returns what the files hold; what can't be read becomes a finding, never an error. */
export async function readMaterial(_material: Material, _ciphers: MaterialCiphers): Promise<MaterialParts> {
  return { certificates: [], keys: [], others: [], findings: [] };
}
