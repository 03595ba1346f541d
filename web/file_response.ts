/** Answers with a file to be saved. */
import { decodeBase64 } from "../core/ingest/base64.ts";
import type { ExportedFile } from "../core/operations/certificate_export.ts";

/** Has browsers save the file, and nobody keep it in a cache. */
export function fileResponse({ fileName, mediaType, content }: ExportedFile): Response {
  return new Response(decodeBase64(content), {
    headers: {
      "content-type": mediaType,
      "content-disposition": `attachment; filename="${fileName}"`,
      "cache-control": "no-store",
    },
  });
}
