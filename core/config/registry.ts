/** Every setting of Dispatch, each declared once; all that is shown, checked or stored about it derives from here. */
import { privateNetworks } from "../access/private_networks.ts";
import { booleanCodec } from "./codec/boolean.ts";
import { choiceCodec } from "./codec/choice.ts";
import { cidrListCodec } from "./codec/cidr_list.ts";
import { hostNameCodec } from "./codec/host_name.ts";
import { integerCodec } from "./codec/integer.ts";
import { integerListCodec } from "./codec/integer_list.ts";
import { textCodec } from "./codec/text.ts";
import { defineSetting, type HostFacts } from "./setting_definition.ts";

const port = integerCodec({ min: 1, max: 65_535 });
const portList = integerListCodec({ min: 1, max: 65_535, unique: true });
const messageBytes = integerCodec({ min: 1, max: 1_073_741_824 });
const retentionDays = integerCodec({ min: 0, max: 36_500 });
const hostName = hostNameCodec();

const certificateCommands = "Use instead: dispatch cert upload, cert generate or cert remove";

function defaultServerName(host: HostFacts): string {
  const name = hostName.fromJson(host.hostName);
  return "value" in name ? name.value : "dispatch.local";
}

/** All settings by key, in the order in which they are shown. */
export const registry = {
  "listener.ports": defineSetting({
    codec: portList,
    default: [25, 587],
    effect: "rebind",
    summary: "Ports of the SMTP listener, with STARTTLS",
  }),
  "listener.implicit_tls_ports": defineSetting({
    codec: portList,
    default: [],
    effect: "rebind",
    summary: "Ports of the SMTPS listener, encrypted from the first byte; usually 465",
  }),
  "listener.server_name": defineSetting({
    codec: hostName,
    default: defaultServerName,
    effect: "live",
    summary: "Name in the banner, EHLO and Received lines, and first name of generated certificates",
  }),
  "listener.allowed_cidrs": defineSetting({
    codec: cidrListCodec(),
    default: privateNetworks,
    effect: "live",
    summary: "Who may submit mail over SMTP; empty is nobody, everybody is 0.0.0.0/0, ::/0",
  }),
  "listener.trusted_proxies": defineSetting({
    codec: cidrListCodec(),
    default: [],
    effect: "live",
    summary: "Proxies that begin each SMTP connection with a PROXY protocol header, which says who the client is",
  }),
  "listener.max_message_bytes": defineSetting({
    codec: messageBytes,
    default: 26_214_400,
    unit: "bytes",
    effect: "live",
    summary: "Largest message over SMTP, advertised as SIZE",
  }),
  "listener.max_recipients": defineSetting({
    codec: integerCodec({ min: 1, max: 100_000 }),
    default: 1000,
    unit: "recipients",
    effect: "live",
    summary: "Most recipients of one message",
  }),
  "listener.require_auth": defineSetting({
    codec: booleanCodec(),
    default: false,
    effect: "live",
    summary: "Submitting over SMTP requires a sign-in",
  }),
  "listener.allow_unsecure_auth": defineSetting({
    codec: booleanCodec(),
    default: false,
    effect: "live",
    summary: "Offers the sign-in before STARTTLS, with the password in the clear",
  }),
  "listener.connection_timeout_seconds": defineSetting({
    codec: integerCodec({ min: 1, max: 86_400 }),
    default: 60,
    unit: "seconds",
    effect: "live",
    summary: "How long an SMTP client may take for a command, or for a piece of a message, before it is disconnected",
  }),
  "listener.max_connections": defineSetting({
    codec: integerCodec({ min: 1, max: 100_000 }),
    default: 100,
    unit: "connections",
    effect: "live",
    summary: "Most SMTP connections at a time; one more gets 421",
  }),
  "listener.max_connections_per_client": defineSetting({
    codec: integerCodec({ min: 1, max: 100_000 }),
    default: 50,
    unit: "connections",
    effect: "live",
    summary: "Most SMTP connections at a time from one address; one more gets 421",
  }),
  "listener.bare_newlines": defineSetting({
    codec: choiceCodec(["normalize", "reject"]),
    default: "normalize",
    effect: "live",
    summary: "A bare CR or LF inside a message becomes CRLF before it is stored, or the message is refused",
  }),
  "tls.cert_source": defineSetting({
    codec: choiceCodec(["", "generated", "uploaded"]),
    default: "",
    effect: "live",
    writtenByService: certificateCommands,
    summary: "Where the shared certificate comes from; empty is the automatic self-signed one",
  }),
  "tls.cert_path": defineSetting({
    codec: textCodec(),
    default: "",
    effect: "live",
    writtenByService: certificateCommands,
    summary: "PFX file of the shared certificate, relative to the data directory",
  }),
  "tls.cert_password": defineSetting({
    codec: textCodec(),
    default: "",
    secret: true,
    effect: "live",
    writtenByService: certificateCommands,
    summary: "Password of the PFX file",
  }),
  "tls.min_version": defineSetting({
    codec: choiceCodec(["TLSv1.2", "TLSv1.3"]),
    default: "TLSv1.2",
    effect: "live",
    summary: "Lowest TLS version that any listener accepts",
  }),
  "spool.directory": defineSetting({
    codec: textCodec({ minLength: 1 }),
    default: "spool",
    effect: "restart",
    summary: "Directory of the spool, relative to the data directory",
  }),
  "spool.worker_count": defineSetting({
    codec: integerCodec({ min: 1, max: 32 }),
    default: 4,
    unit: "deliveries",
    effect: "live",
    summary: "Most deliveries at a time; one that takes over a second counts for its relay alone",
  }),
  "spool.max_retries": defineSetting({
    codec: integerCodec({ min: 0, max: 100 }),
    default: 3,
    unit: "attempts",
    effect: "live",
    summary: "Attempts after the first before a message has failed",
  }),
  "spool.retry_delays_seconds": defineSetting({
    codec: integerListCodec({ min: 1, max: 604_800, minItems: 1 }),
    default: [30, 300, 1800],
    unit: "seconds",
    effect: "live",
    summary: "Pause before each retry; the last repeats, and a small random spread is added",
  }),
  "api.enabled": defineSetting({
    codec: booleanCodec(),
    default: true,
    effect: "rebind",
    summary: "Master switch of the HTTP ingestion API",
  }),
  "api.http_enabled": defineSetting({
    codec: booleanCodec(),
    default: true,
    effect: "rebind",
    summary: "Serves the ingestion API over plain HTTP",
  }),
  "api.port": defineSetting({
    codec: port,
    default: 8025,
    effect: "rebind",
    summary: "Port of the ingestion API over plain HTTP",
  }),
  "api.tls_enabled": defineSetting({
    codec: booleanCodec(),
    default: true,
    effect: "rebind",
    summary: "Serves the ingestion API over HTTPS with the shared certificate",
  }),
  "api.tls_port": defineSetting({
    codec: port,
    default: 8026,
    effect: "rebind",
    summary: "Port of the ingestion API over HTTPS",
  }),
  "api.allowed_cidrs": defineSetting({
    codec: cidrListCodec(),
    default: privateNetworks,
    effect: "live",
    summary: "Who may use the ingestion API; empty is nobody, everybody is 0.0.0.0/0, ::/0",
  }),
  "api.trusted_proxies": defineSetting({
    codec: cidrListCodec(),
    default: [],
    effect: "live",
    summary: "Proxies whose Forwarded or X-Forwarded-For header says who the client of the ingestion API is",
  }),
  "api.max_connections": defineSetting({
    codec: integerCodec({ min: 1, max: 100_000 }),
    default: 1000,
    unit: "connections",
    effect: "live",
    summary: "Most connections to the ingestion API at a time, HTTP and HTTPS together",
  }),
  "api.max_connections_per_client": defineSetting({
    codec: integerCodec({ min: 1, max: 100_000 }),
    default: 100,
    unit: "connections",
    effect: "live",
    summary: "Most connections to the ingestion API at a time from one address; trusted proxies have no such limit",
  }),
  "api.max_message_bytes": defineSetting({
    codec: messageBytes,
    default: 26_214_400,
    unit: "bytes",
    effect: "live",
    summary: "Largest request to the ingestion API",
  }),
  "api.rate_limit_per_key": defineSetting({
    codec: integerCodec({ min: 0, max: 1_000_000 }),
    default: 100,
    unit: "requests per minute",
    zeroMeans: "no limit",
    effect: "live",
    summary: "Most requests with one API key that has no limit of its own",
  }),
  "webui.port": defineSetting({
    codec: port,
    default: 8420,
    effect: "rebind",
    summary: "Port of the dashboard, the admin API, /health and /metrics over HTTPS",
  }),
  "webui.allowed_cidrs": defineSetting({
    codec: cidrListCodec(),
    default: [],
    effect: "live",
    summary:
      "Who may reach the dashboard, /health and /metrics; empty is everybody for the first, private networks for the others",
  }),
  "webui.trusted_proxies": defineSetting({
    codec: cidrListCodec(),
    default: [],
    effect: "live",
    summary: "Proxies whose Forwarded or X-Forwarded-For header says who the client of the dashboard is",
  }),
  "webui.session_timeout_minutes": defineSetting({
    codec: integerCodec({ min: 1, max: 43_200 }),
    default: 480,
    unit: "minutes",
    effect: "live",
    summary: "How long a session of the dashboard lives after its last request",
  }),
  "logging.log_delivered": defineSetting({
    codec: booleanCodec(),
    default: true,
    effect: "live",
    summary: "Writes deliveries to the message log",
  }),
  "logging.log_retrying": defineSetting({
    codec: booleanCodec(),
    default: true,
    effect: "live",
    summary: "Writes attempts that will be repeated to the message log",
  }),
  "logging.log_denied": defineSetting({
    codec: booleanCodec(),
    default: true,
    effect: "live",
    summary: "Writes what was refused at the door to the message log",
  }),
  "purge.enabled": defineSetting({
    codec: booleanCodec(),
    default: true,
    effect: "live",
    summary: "Removes what is older than its retention",
  }),
  "purge.schedule_interval_hours": defineSetting({
    codec: integerCodec({ min: 1, max: 720 }),
    default: 6,
    unit: "hours",
    effect: "live",
    summary: "Time between two purges",
  }),
  "purge.spool_failed_retention_days": defineSetting({
    codec: retentionDays,
    default: 30,
    unit: "days",
    zeroMeans: "for ever",
    effect: "live",
    summary: "How long a failed message is kept in the spool",
  }),
  "purge.captured_retention_days": defineSetting({
    codec: retentionDays,
    default: 7,
    unit: "days",
    zeroMeans: "for ever",
    effect: "live",
    summary: "How long the local inbox keeps a message",
  }),
  "purge.log_delivered_retention_days": defineSetting({
    codec: retentionDays,
    default: 30,
    unit: "days",
    zeroMeans: "for ever",
    effect: "live",
    summary: "How long the message log keeps deliveries and repeated attempts",
  }),
  "purge.log_failed_retention_days": defineSetting({
    codec: retentionDays,
    default: 90,
    unit: "days",
    zeroMeans: "for ever",
    effect: "live",
    summary: "How long the message log keeps failures and refusals",
  }),
  "purge.audit_retention_days": defineSetting({
    codec: retentionDays,
    default: 90,
    unit: "days",
    zeroMeans: "for ever",
    effect: "live",
    summary: "How long the audit log is kept",
  }),
  "purge.audit_security_retention_days": defineSetting({
    codec: retentionDays,
    default: 90,
    unit: "days",
    zeroMeans: "for ever",
    effect: "live",
    summary: "How long denials of access and failed sign-ins stay in the audit log",
  }),
} as const;
