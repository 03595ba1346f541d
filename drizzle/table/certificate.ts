/** The certificates that an operator put in service. */
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { CertificateRecord } from "../../core/certificate/certificate_record.ts";

export const certificateTable = sqliteTable("certificate", {
  id: text("id").primaryKey(),
  source: text("source").$type<CertificateRecord["source"]>().notNull(),
  path: text("path").notNull().unique(),
  sealedPassword: text("sealed_password").notNull(),
  fingerprintSha256: text("fingerprint_sha256").notNull(),
  subject: text("subject").notNull(),
  dnsNames: text("dns_names", { mode: "json" }).$type<readonly string[]>().notNull(),
  ipAddresses: text("ip_addresses", { mode: "json" }).$type<readonly string[]>().notNull(),
  notBefore: text("not_before").notNull(),
  notAfter: text("not_after").notNull(),
  installedAtMs: integer("installed_at_ms").notNull(),
  installedBy: text("installed_by").notNull(),
  replacedAtMs: integer("replaced_at_ms"),
  replacedBy: text("replaced_by"),
});
