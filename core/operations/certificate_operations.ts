/** The shared certificate: show, check, upload, generate, remove, history, restore, export. */
import { z } from "zod";
import type { KeyKind } from "../certificate/key_kind.ts";
import { daysLeft } from "../certificate/renewal.ts";
import { DispatchError } from "../error/mod.ts";
import { exportDer, exportPem, exportPfxFile } from "./certificate_export.ts";
import { materialFields, materialOf, seenField } from "./certificate_input.ts";
import { showEarlier } from "./certificate_show.ts";
import { oneOf, text, wholeNumber } from "./input.ts";
import { defineOperation } from "./operation.ts";

const keyKindNames = ["p256", "p384", "rsa2048", "rsa3072", "rsa4096"] as const satisfies readonly KeyKind[];
const nameList = z.array(text(255), { error: "must be a list of names" }).max(100, { error: "must be 100 at most" });

const certificateShow = defineOperation({
  name: "cert.show",
  summary: "Show the certificate in service, and which listener serves it",
  input: z.strictObject({}),
  changes: false,
  run: async (context) => context.certificate(),
});

const certificateCheck = defineOperation({
  name: "cert.check",
  summary: "Check certificate files by every rule; changes nothing",
  input: z.strictObject(materialFields),
  changes: false,
  async run({ certificates, clock }, input) {
    const { findings, facts } = await certificates.check(materialOf(input));
    const ok = findings.every(({ severity }) => severity !== "error");
    return { ok, findings, identity: facts && { ...facts, daysLeft: daysLeft(facts, clock.nowMs()) } };
  },
});

const certificateUpload = defineOperation({
  name: "cert.upload",
  summary: "Put a certificate and its key in service, from files of any known form",
  input: z.strictObject({ ...materialFields, ...seenField }),
  changes: true,
  async run(context, input) {
    const { actor, certificates } = context;
    const { findings } = await certificates.upload(materialOf(input), { actor, seen: input.seen });
    return { ...(await context.certificate()), findings };
  },
});

const certificateGenerate = defineOperation({
  name: "cert.generate",
  summary: "Make a self-signed certificate and put it in service",
  input: z.strictObject({
    names: nameList.optional(),
    addresses: nameList.optional(),
    key: oneOf(keyKindNames).optional(),
    days: wholeNumber(1, 825).optional(),
    ...seenField,
  }),
  changes: true,
  async run(context, { seen, ...request }) {
    await context.certificates.generate(request, { actor: context.actor, seen });
    return await context.certificate();
  },
});

const certificateRemove = defineOperation({
  name: "cert.remove",
  summary: "Go back to the automatic certificate",
  input: z.strictObject(seenField),
  changes: true,
  async run(context, { seen }) {
    await context.certificates.remove({ actor: context.actor, seen });
    return await context.certificate();
  },
});

const certificateHistory = defineOperation({
  name: "cert.history",
  summary: "List the certificates that were in service earlier",
  input: z.strictObject({}),
  changes: false,
  run: async ({ certificates }) => (await certificates.history()).map(showEarlier),
});

const certificateRestore = defineOperation({
  name: "cert.restore",
  summary: "Put an earlier certificate back in service",
  input: z.strictObject({ id: text(64), ...seenField }),
  changes: true,
  async run(context, { id, seen }) {
    await context.certificates.restore(id, { actor: context.actor, seen });
    return await context.certificate();
  },
});

const certificateExport = defineOperation({
  name: "cert.export",
  summary: "Export the certificate for clients to trust, or with its key as a PFX under a passphrase",
  input: z.strictObject({ format: oneOf(["pem", "der", "pfx"]), passphrase: z.string().max(1024).optional() }),
  changes: false,
  async run({ certificates }, { format, passphrase }) {
    if (format === "pem") return exportPem(certificates.keeper.current);
    if (format === "der") return exportDer(certificates.keeper.current);
    if (passphrase === undefined) throw new DispatchError("passphrase_too_short", { least: 8 });
    return exportPfxFile(await certificates.exportPfx(passphrase));
  },
});

/** The operations on the shared certificate. */
export const certificateOperations = [
  certificateShow,
  certificateCheck,
  certificateUpload,
  certificateGenerate,
  certificateRemove,
  certificateHistory,
  certificateRestore,
  certificateExport,
] as const;
