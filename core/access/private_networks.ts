/** The networks whose machines are the organisation's own. */

/** Loopback, link-local and private networks (RFC 1918, RFC 4193, RFC 4291 section 2.5.6). */
export const privateNetworks = [
  "127.0.0.0/8",
  "::1/128",
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "fc00::/7",
  "fe80::/10",
];
