/** How common clients are told to trust the shared certificate: one record for each. Pure. */
import { authority, type ClientTarget } from "./client_target.ts";

/** One client. */
export interface ClientGuide {
  readonly name: string;
  /** What to type; `null` where no listener that it speaks to is open. */
  readonly commands: (target: ClientTarget) => string | null;
}

/** All clients that are described. */
export const clientGuides: readonly ClientGuide[] = [
  {
    name: "Debian, Ubuntu",
    commands: () => "sudo cp dispatch.pem /usr/local/share/ca-certificates/dispatch.crt\nsudo update-ca-certificates",
  },
  {
    name: "Fedora, Red Hat",
    // Of plain files in anchors/ it takes CA:TRUE alone, which Dispatch's own certificate is not.
    commands: () =>
      [
        "{ printf '[p11-kit-object-v1]\\nclass: certificate\\ncertificate-type: x-509\\n'",
        "printf 'certificate-category: authority\\ntrusted: true\\n'; cat dispatch.pem",
        "} | sudo tee /etc/pki/ca-trust/source/dispatch.p11-kit > /dev/null",
        "sudo update-ca-trust",
      ].join("\n"),
  },
  {
    name: "Windows",
    commands: () =>
      [
        "certutil -addstore -f Root dispatch.cer",
        "rem or, in PowerShell:",
        "Import-Certificate -FilePath dispatch.cer -CertStoreLocation Cert:\\LocalMachine\\Root",
      ].join("\n"),
  },
  {
    name: "macOS",
    commands: () => "sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain dispatch.pem",
  },
  {
    name: "OpenSSL (to see that it works)",
    commands: ({ host, smtpPort }) =>
      smtpPort === null
        ? null
        : `openssl s_client -connect ${authority(host)}:${smtpPort} -starttls smtp -CAfile dispatch.pem ${verifyOption(host)} -verify_return_error`,
  },
  {
    name: "curl",
    commands: ({ host, httpsPort }) =>
      httpsPort === null
        ? null
        : `curl --cacert dispatch.pem https://${authority(host)}:${httpsPort}/api/v1/openapi.json`,
  },
  {
    name: "Java",
    commands: () =>
      [
        "keytool -importcert -noprompt -alias dispatch -file dispatch.cer -keystore dispatch.p12 -storepass changeit",
        "java -Djavax.net.ssl.trustStore=dispatch.p12 -Djavax.net.ssl.trustStorePassword=changeit …",
      ].join("\n"),
  },
  {
    name: "Python",
    commands: ({ host, smtpPort }) =>
      smtpPort === null
        ? null
        : [
            "import smtplib, ssl",
            'context = ssl.create_default_context(cafile="dispatch.pem")',
            `with smtplib.SMTP("${host}", ${smtpPort}) as smtp:`,
            "    smtp.starttls(context=context)",
          ].join("\n"),
  },
  {
    name: "Go",
    commands: ({ host }) =>
      [
        'pem, err := os.ReadFile("dispatch.pem")',
        "roots := x509.NewCertPool()",
        "roots.AppendCertsFromPEM(pem)",
        `config := &tls.Config{RootCAs: roots, ServerName: "${host}"}`,
      ].join("\n"),
  },
];

function verifyOption(host: string): string {
  return /^[\d.]+$|:/.test(host) ? `-verify_ip ${host}` : `-verify_hostname ${host}`;
}
