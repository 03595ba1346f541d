/** Answers with a file to be saved. */
import { decodeBase64 } from "../core/ingest/base64.ts";
import type { ExportedFile } from "../core/operations/certificate_export.ts";

/** Has browsers save the file, and nobody keep it in a cache. */
export function fileResponse({ fileName, mediaType, content }: ExportedFile): Response {
  return new Response(decodeBase64(content), {
    headers: {
      "content-type": mediaType,
      "content-disposition": attachmentNamed(fileName),
      "cache-control": "no-store",
    },
  });
}

/** RFC 6266 section 4.1: a name beyond ASCII is given twice, for programs that read RFC 8187 and for those that don't. */
function attachmentNamed(fileName: string): string {
  const plain = fileName.replaceAll(/[^ !#-[\]-~]/gu, "_");
  if (plain === fileName) return `attachment; filename="${plain}"`;
  const encoded = encodeURIComponent(fileName).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16)}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
