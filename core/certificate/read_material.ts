/** Reads certificate files of every known form. */
import { finding } from "./finding.ts";
import { IterationBudget } from "./iteration_budget.ts";
import {
  type Material,
  type MaterialCiphers,
  type MaterialParts,
  maxMaterialBytes,
  maxMaterialFiles,
} from "./material.ts";
import { Pace } from "./pace.ts";
import { PartsCollector } from "./parts_collector.ts";
import { passphraseForms } from "./passphrase_form.ts";
import { readFile } from "./read_file.ts";

/** Returns what the files hold; what can't be read becomes a finding, never an error. */
export async function readMaterial({ files, passphrase }: Material, ciphers: MaterialCiphers): Promise<MaterialParts> {
  const collector = new PartsCollector();
  const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0);
  if (bytes > maxMaterialBytes) {
    collector.addFinding(finding("too_large", { bytes, limitBytes: maxMaterialBytes }));
  } else if (files.length > maxMaterialFiles) {
    collector.exceed("files", maxMaterialFiles);
  } else {
    const forms = passphraseForms(passphrase);
    const [budget, pace] = [new IterationBudget(), new Pace()];
    const reading = { ciphers, forms, budget, collector, pace, hasPassphrase: passphrase !== null };
    for (const file of files) await readFile(file, reading);
  }
  return collector.parts;
}
