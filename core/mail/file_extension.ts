/** Ends of file names, and the media types that go with them. */

const extensions: Readonly<Record<string, string>> = {
  "application/gzip": "gz",
  "application/json": "json",
  "application/msword": "doc",
  "application/pdf": "pdf",
  "application/vnd.ms-excel": "xls",
  "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
  "application/xml": "xml",
  "application/zip": "zip",
  "image/gif": "gif",
  "image/jpeg": "jpg",
  "image/png": "png",
  "image/svg+xml": "svg",
  "image/tiff": "tiff",
  "image/webp": "webp",
  "message/rfc822": "eml",
  "text/calendar": "ics",
  "text/csv": "csv",
  "text/html": "html",
  "text/plain": "txt",
};

/** The extension of files of that type, without a dot; `bin` for types that are not well known. */
export function extensionOf(mediaType: string): string {
  return extensions[mediaType] ?? "bin";
}

/** Tells whether a file name ends as those of its type do. */
export function endsLikeType(filename: string, mediaType: string): boolean {
  return filename.toLowerCase().endsWith(`.${extensions[mediaType] ?? ""}`) && mediaType in extensions;
}

/** Tells whether a file name says what kind of file it is. */
export function hasExtension(filename: string): boolean {
  return /[^.]\.\w{1,10}$/.test(filename);
}
