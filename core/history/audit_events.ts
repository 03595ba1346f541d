/** All events of the audit log, each declared once; nothing else switches on their names. */

/**
 * What an event is about: `change` of anything that is stored, `security` for who came in or was kept out, `certificate`
 * for what a listener shows, `service` for the service itself. How long a row is kept depends on it.
 */
export type AuditCategory = (typeof auditCategories)[number];

/** All categories. */
export const auditCategories = ["change", "security", "certificate", "service"] as const;

/** All that is known about one event. */
export interface AuditEventDefinition {
  readonly category: AuditCategory;
  /** What has happened where its outcome is `done`, in one line. */
  readonly summary: string;
  /** `true` where somebody without any right can cause it as often as they like: not all of them get a row then. */
  readonly isBounded?: true;
}

/** All events by name. A name is part of every interface and never changes. */
export const auditEvents = {
  "config.changed": { category: "change", summary: "Settings were changed" },
  "relay.added": { category: "change", summary: "A relay was added" },
  "relay.changed": { category: "change", summary: "Settings of a relay were changed" },
  "relay.default_changed": { category: "change", summary: "Another relay became the default" },
  "relay.enabled": { category: "change", summary: "A relay was enabled" },
  "relay.disabled": { category: "change", summary: "A relay was disabled" },
  "relay.removed": { category: "change", summary: "A relay was removed" },
  "relay.tested": { category: "change", summary: "A test message was sent through a relay" },
  "route.added": { category: "change", summary: "A routing rule was added" },
  "route.changed": { category: "change", summary: "A routing rule was changed" },
  "route.moved": { category: "change", summary: "A routing rule was moved within the order" },
  "route.removed": { category: "change", summary: "A routing rule was removed" },
  "key.created": { category: "change", summary: "An API key was created" },
  "key.revoked": { category: "change", summary: "An API key was revoked" },
  "user.added": { category: "change", summary: "An SMTP user was added" },
  "user.changed": { category: "change", summary: "What an SMTP user may do was changed" },
  "user.password_changed": { category: "change", summary: "The password of an SMTP user was changed" },
  "user.removed": { category: "change", summary: "An SMTP user was removed" },
  "token.created": { category: "change", summary: "A token of the admin API was created" },
  "token.revoked": { category: "change", summary: "A token of the admin API was revoked" },
  "queue.retried": { category: "change", summary: "Messages were made due again" },
  "queue.deleted": { category: "change", summary: "Messages were deleted from the queue" },
  "queue.recovered": { category: "change", summary: "What could be read of a damaged spool was put into a new one" },
  "purge.run": { category: "change", summary: "What was too old was removed on demand" },
  "message.sent": { category: "change", summary: "An operator handed in a message" },
  "certificate.uploaded": { category: "certificate", summary: "A certificate was uploaded and put in service" },
  "certificate.generated": { category: "certificate", summary: "A certificate was made and put in service" },
  "certificate.removed": { category: "certificate", summary: "The automatic certificate was put back in service" },
  "certificate.restored": { category: "certificate", summary: "An earlier certificate was put back in service" },
  "certificate.exported": { category: "certificate", summary: "The private key left the service, in a PFX file" },
  "certificate.created": { category: "certificate", summary: "A self-signed certificate was made" },
  "certificate.renewed": { category: "certificate", summary: "A self-signed certificate was renewed" },
  "certificate.replaced": { category: "certificate", summary: "A certificate that could not be read was replaced" },
  "certificate.unreadable": {
    category: "certificate",
    summary: "The recorded certificate can't be read; the automatic one is served",
  },
  "certificate.recovered": { category: "certificate", summary: "The recorded certificate can be read again" },
  "certificate.forgotten": { category: "certificate", summary: "An earlier certificate was deleted, with its key" },
  "certificate.not_served": { category: "certificate", summary: "A listener does not serve its certificate" },
  "certificate.dashboard_loaded": { category: "certificate", summary: "The dashboard serves the files named for it" },
  "certificate.dashboard_problem": { category: "certificate", summary: "The dashboard's files can't be served" },
  "access.password_set": { category: "security", summary: "The first password was set" },
  "access.setup_failed": { category: "security", summary: "The first visit was refused", isBounded: true },
  "access.password_changed": { category: "security", summary: "The password was changed" },
  "access.password_reset": { category: "security", summary: "The password was set anew on the host" },
  "access.signed_in": { category: "security", summary: "The administrator signed in" },
  "access.sign_in_failed": { category: "security", summary: "A sign-in was refused", isBounded: true },
  "access.locked": {
    category: "security",
    summary: "An address failed too often and has to wait",
    isBounded: true,
  },
  "access.signed_out": { category: "security", summary: "The administrator signed out" },
  "access.denied": { category: "security", summary: "Somebody was refused at the door", isBounded: true },
  "smtp.signed_in": {
    category: "security",
    summary: "An SMTP user signed in, as often as is said since the row before",
  },
  "smtp.sign_in_failed": { category: "security", summary: "A sign-in over SMTP was refused", isBounded: true },
  "smtp.locked": {
    category: "security",
    summary: "An address failed too often over SMTP and has to wait",
    isBounded: true,
  },
  "service.started": { category: "service", summary: "The service has started" },
  "service.stopped": { category: "service", summary: "The service was told to stop" },
  "audit.left_out": { category: "service", summary: "Refusals were too many to be recorded one by one" },
  "audit.lost": { category: "service", summary: "Events were lost while the database could not be written" },
} as const satisfies Readonly<Record<string, AuditEventDefinition>>;

/** Name of an event: `noun.verb`, in the past. */
export type AuditEventName = keyof typeof auditEvents;

/** All names. */
export const auditEventNames = Object.keys(auditEvents) as [AuditEventName, ...AuditEventName[]];

/** The record of `name`. */
export function auditEventOf(name: AuditEventName): AuditEventDefinition {
  return auditEvents[name];
}
