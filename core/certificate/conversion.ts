/** The commands that put files into a form that is read here. Pure. */

/** Name of the file that they write. */
const CONVERTED = "converted.pem";

/** Writes what a PFX holds, the key no longer under a passphrase, as PEM; with all ciphers that OpenSSL has. */
export function pfxCommand(file: string): string {
  return `openssl pkcs12 -legacy -in ${quote(file)} -noenc -out ${CONVERTED}`;
}

/** Writes a private key, no longer under a passphrase, as PEM; with all ciphers that OpenSSL has. */
export function keyCommand(file: string): string {
  return `openssl pkey -provider legacy -provider default -in ${quote(file)} -out ${CONVERTED}`;
}

/** Writes what a Java keystore holds as a PFX. */
export function keystoreCommand(file: string): string {
  return `keytool -importkeystore -srckeystore ${quote(file)} -destkeystore converted.p12 -deststoretype PKCS12`;
}

/** Returns the name of a file as a shell takes it for one word that is no option. */
function quote(file: string): string {
  const path = file.startsWith("-") ? `./${file}` : file;
  return /^[\w./+:@%-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
