/** Checks certificate files where there is no Dispatch to ask: nothing is opened, nothing is made. */
import { hostname } from "node:os";
import { checkMaterial } from "../core/certificate/check_material.ts";
import type { Material } from "../core/certificate/material.ts";
import { defaultSettings } from "../core/config/mod.ts";
import { resolveSettings } from "../core/config/resolve.ts";
import { type CertificateCheck, checkFiles, checkInput } from "../core/operations/certificate_check.ts";
import { readInput } from "../core/operations/input_reader.ts";
import type { MaterialInput } from "./cli/given_material.ts";
import { systemClock } from "./clock.ts";
import type { Environment } from "./environment.ts";
import { decryptTripleDes } from "./triple_des.ts";
import { tryServing } from "./try_serving.ts";

/**
 * Performs the operation `cert.check` on the files alone.
 *
 * @param given default: the server name where nothing but the environment is configured
 * @throws {DispatchError} `input_invalid`
 */
export async function checkCertificate(
  environment: Environment,
  input: MaterialInput,
  given: string | undefined,
): Promise<CertificateCheck> {
  const serverName = given ?? unconfiguredServerName(environment);
  const options = { crypto, decryptTripleDes, tryServing, serverName, nowMs: systemClock.nowMs() };
  const certificates = { check: (material: Material) => checkMaterial(material, options) };
  return await checkFiles(
    { certificates, clock: systemClock },
    readInput({ name: "cert.check", input: checkInput }, input),
  );
}

function unconfiguredServerName({ pins }: Environment): string {
  const defaults = defaultSettings({ hostName: hostname() });
  return resolveSettings({ defaults, stored: new Map(), pins }).settings["listener.server_name"];
}
