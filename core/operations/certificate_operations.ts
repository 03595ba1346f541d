/** The shared certificate: show, check, upload, generate, remove, history, restore, export. */
import { z } from "zod";
import { type AuditedCertificate, auditedCertificate } from "../certificate/audited_certificate.ts";
import { checkFiles, checkInput } from "./certificate_check.ts";
import { exportDer, exportPem, exportPfxFile } from "./certificate_export.ts";
import { generateFields, materialFields, materialOf, passphraseField, seenField } from "./certificate_input.ts";
import { showEarlier } from "./certificate_show.ts";
import { text } from "./input.ts";
import { defineOperation } from "./operation.ts";
import type { OperationContext } from "./operation_context.ts";

const certificateShow = defineOperation({
  name: "cert.show",
  summary: "Show the certificate in service, and which listener serves it",
  input: z.strictObject({}),
  run: async (context) => context.certificate(),
  audit: null,
});

const certificateCheck = defineOperation({
  name: "cert.check",
  summary: "Check certificate files by every rule; changes nothing",
  input: checkInput,
  run: checkFiles,
  audit: null,
});

const certificateUpload = defineOperation({
  name: "cert.upload",
  summary: "Put a certificate and its key in service, from files of any known form",
  input: z.strictObject({ ...materialFields, ...seenField }),
  async run(context, input) {
    const { actor, certificates } = context;
    const { findings } = await certificates.upload(materialOf(input), { actor, seen: input.seen });
    return { ...(await context.certificate()), findings };
  },
  audit: {
    event: "certificate.uploaded",
    before: inService,
    after: inService,
  },
});

const certificateGenerate = defineOperation({
  name: "cert.generate",
  summary: "Make a self-signed certificate and put it in service",
  input: z.strictObject({ ...generateFields, ...seenField }),
  async run(context, { seen, ...request }) {
    await context.certificates.generate(request, { actor: context.actor, seen });
    return await context.certificate();
  },
  audit: {
    event: "certificate.generated",
    before: inService,
    after: inService,
  },
});

const certificateRemove = defineOperation({
  name: "cert.remove",
  summary: "Go back to the automatic certificate",
  input: z.strictObject(seenField),
  async run(context, { seen }) {
    await context.certificates.remove({ actor: context.actor, seen });
    return await context.certificate();
  },
  audit: {
    event: "certificate.removed",
    before: inService,
    after: inService,
  },
});

const certificateHistory = defineOperation({
  name: "cert.history",
  summary: "List the certificates that were in service earlier",
  input: z.strictObject({}),
  run: async ({ certificates }) => (await certificates.history()).map(showEarlier),
  audit: null,
});

const certificateRestore = defineOperation({
  name: "cert.restore",
  summary: "Put an earlier certificate back in service",
  input: z.strictObject({ id: text(64), ...seenField }),
  async run(context, { id, seen }) {
    await context.certificates.restore(id, { actor: context.actor, seen });
    return await context.certificate();
  },
  audit: {
    event: "certificate.restored",
    subject: ({ id }) => id,
    before: inService,
    after: inService,
  },
});

const certificateExport = defineOperation({
  name: "cert.export",
  summary: "Export the certificate for clients to trust, or with its key as a PFX under a passphrase",
  input: z.discriminatedUnion(
    "format",
    [
      z.strictObject({ format: z.enum(["pem", "der"]) }),
      z.strictObject({ format: z.literal("pfx"), passphrase: passphraseField }),
    ],
    { error: "must be one of pem, der, pfx" },
  ),
  async run({ certificates }, request) {
    if (request.format === "pfx") return exportPfxFile(await certificates.exportPfx(request.passphrase));
    const current = await certificates.current();
    return request.format === "pem" ? exportPem(current) : exportDer(current);
  },
  audit: {
    event: "certificate.exported",
    // What clients are to trust is no secret: every listener shows it.
    appliesTo: ({ format }) => format === "pfx",
    before: inService,
    after: inService,
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

async function inService({ certificates }: OperationContext): Promise<AuditedCertificate> {
  return auditedCertificate(await certificates.current());
}
