/** Secrets at rest: the box that seals them and the file that holds its key. */
export { fromBase64Url, toBase64Url } from "./base64url.ts";
export { sealKeyCheck, verifyKeyCheck } from "./key_check.ts";
export { formatKeyFile, type KeyFile, type KeyFileOptions, openKeyFile, parseKeyFile } from "./key_file.ts";
export { SecretBox } from "./secret_box.ts";
