/** Where the pages of the shared certificate are. */
const page = "/settings/connections/tls";

export const certificatePaths = {
  page,
  check: `${page}/check`,
  upload: `${page}/upload`,
  generate: `${page}/generate`,
  remove: `${page}/remove`,
  restore: `${page}/restore`,
  pem: `${page}/dispatch.pem`,
  der: `${page}/dispatch.cer`,
  pfx: `${page}/dispatch.pfx`,
} as const;
