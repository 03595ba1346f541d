/** Answers about the shared certificate. */
import { z } from "zod";
import { count, list, named, text, textOrNull, time } from "./shape.ts";

const chainLink = {
  subject: text,
  issuer: text,
  serial: text,
  fingerprintSha256: text,
  notBefore: time,
  notAfter: time,
};

const identity = z.object({
  ...chainLink,
  dnsNames: list(text),
  ipAddresses: list(text),
  key: z.union([z.object({ type: z.literal("EC"), curve: text }), z.object({ type: z.literal("RSA"), size: count })]),
  isSelfSigned: z.boolean(),
  chain: list(z.object(chainLink)),
  daysLeft: z.int(),
});

/** A listener, and what it showed when it was asked. */
export const served = z.object({
  listener: text,
  port: count,
  fingerprintSha256: textOrNull,
  current: z.boolean(),
  reason: textOrNull,
  checkedAt: time,
});

/** Something that the check of certificate files has found. */
export const finding = z.object({
  code: text,
  severity: z.enum(["error", "warning"]),
  message: text,
  remedy: text,
  file: textOrNull,
});

const show = {
  source: z.enum(["automatic", "generated", "uploaded"]),
  identity,
  served: list(served),
  warnings: list(z.object({ code: text, message: text, remedy: text })),
  dashboard: z.object({
    source: z.enum(["self_signed", "files"]),
    files: z.object({ certPath: text, keyPath: text }).nullable(),
    problem: textOrNull,
    identity,
    served: list(served),
  }),
};

/** The certificate in service, and that of the dashboard. */
export const certificate = named("Certificate", show);

/** The certificate that was put in service, and the warnings about its files. */
export const uploadedCertificate = named("UploadedCertificate", { ...show, findings: list(finding) });

/** What files come to. */
export const certificateCheck = named("CertificateCheck", {
  ok: z.boolean(),
  findings: list(finding),
  identity: identity.nullable(),
});

/** A certificate that was in service earlier. */
export const earlierCertificate = named("EarlierCertificate", {
  id: text,
  source: z.enum(["generated", "uploaded"]),
  fingerprintSha256: text,
  subject: text,
  dnsNames: list(text),
  ipAddresses: list(text),
  notBefore: time,
  notAfter: time,
  installedAt: time,
  installedBy: text,
  replacedAt: time,
  replacedBy: text,
});

/** A file, before its bytes become the answer. */
export const exportedFile = z.object({ fileName: text, mediaType: text, content: text });
