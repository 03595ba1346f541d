/** The events of smtp-server, handed to the decisions of the core. */
import type {
  SMTPServerAddress,
  SMTPServerAuthentication,
  SMTPServerAuthenticationResponse,
  SMTPServerDataStream,
  SMTPServerEnvelope,
  SMTPServerOptions,
  SMTPServerSession,
} from "smtp-server";
import type { SmtpIdentity } from "../core/access/smtp_user_ring.ts";
import type { Logger } from "../core/capabilities.ts";
import { DispatchError, isDispatchError } from "../core/error/mod.ts";
import type { ArrivingMessage } from "../core/ingest/intake.ts";
import type { SmtpDoor } from "../core/ingest/smtp_door.ts";
import { smtpReplyTo } from "../core/ingest/smtp_replies.ts";
import type { SmtpSessionFacts } from "../core/ingest/smtp_session.ts";
import type { SmtpSignIn } from "../core/ingest/smtp_sign_in.ts";
import type { DsnRequest, RecipientDsn } from "../core/mail/dsn_request.ts";

type Handlers = Required<Pick<SMTPServerOptions, "onAuth" | "onMailFrom" | "onRcptTo" | "onData">>;
type Answer = (error?: Error | null, message?: string) => void;
type AuthAnswer = (error: Error | null | undefined, response?: SMTPServerAuthenticationResponse) => void;

/** Handlers that ask `signIn` and `door`. */
export function smtpHandlers(door: SmtpDoor, signIn: SmtpSignIn, logger: Logger): Handlers {
  return {
    onAuth(given: SMTPServerAuthentication, session: SMTPServerSession, answer: AuthAnswer) {
      const { authzid: authorization = "", username: name = "", password } = given;
      signIn.signIn(factsOf(session), { authorization, name, password: password ?? "" }).then(
        (user) => answer(null, { user }),
        (error) => answer(replyError(error, logger)),
      );
    },
    onMailFrom(address: SMTPServerAddress, session: SMTPServerSession, answer: Answer) {
      decide(answer, logger, () => {
        address.address = door.admitSender(factsOf(session), address.address);
      });
    },
    onRcptTo(address: SMTPServerAddress, _session: SMTPServerSession, answer: Answer) {
      decide(answer, logger, () => {
        address.address = door.admitRecipient(address.address);
      });
    },
    onData(stream: SMTPServerDataStream, session: SMTPServerSession, answer: Answer) {
      decide(
        (error) => error && answer(error),
        logger,
        () => receive(stream, begin(door, session), answer, logger),
      );
    },
  };
}

function begin(door: SmtpDoor, session: SMTPServerSession): ArrivingMessage {
  const { mailFrom, rcptTo } = session.envelope;
  const recipients = [...new Set(rcptTo.map(({ address }) => address))];
  const sender = mailFrom === false ? "" : mailFrom.address;
  return door.beginMessage(factsOf(session), { sender, recipients, ...requestIn(session.envelope) });
}

/** What the client wants to be told; nearly always nothing in particular. */
function requestIn({ dsn, rcptTo }: SMTPServerEnvelope): { readonly dsn?: DsnRequest } {
  const { ret, envid } = dsn ?? {};
  const requests = rcptTo.flatMap((recipient) => (recipient.dsn === undefined ? [] : [recipient]));
  if (!ret && !envid && requests.length === 0) return {};
  const recipients = new Map(requests.map(({ address, dsn: request }) => [address, request as RecipientDsn]));
  return { dsn: { ...(ret ? { ret: ret as "FULL" } : {}), ...(envid ? { envid } : {}), recipients } };
}

function factsOf(session: SMTPServerSession): SmtpSessionFacts {
  const { tlsOptions } = session;
  const user: SmtpIdentity | null = session.user || null;
  return {
    clientAddress: session.remoteAddress,
    clientName: session.hostNameAppearsAs || null,
    // Who signs in speaks ESMTP, whatever the greeting was (RFC 3848 knows no other).
    protocol: user === null ? session.transmissionType : session.transmissionType.replace(/^S/, "ES"),
    tls: tlsOptions ? { version: tlsOptions.version, cipher: tlsOptions.standardName ?? tlsOptions.name } : null,
    user,
  };
}

/** Streams the content into `message`; once that has failed the rest is read and thrown away, as the client sends it. */
function receive(stream: SMTPServerDataStream, message: ArrivingMessage, answer: Answer, logger: Logger): void {
  let failure: unknown;
  let isOver = false;

  function fail(error: unknown): void {
    failure ??= error;
    stream.resume();
    void giveUp(message, logger);
  }

  stream.on("data", (chunk: Uint8Array) => {
    if (failure !== undefined) return;
    try {
      const backpressure = message.write(chunk);
      if (backpressure === undefined) return;
      stream.pause();
      backpressure.then(() => stream.resume(), fail);
    } catch (error) {
      fail(error);
    }
  });
  stream.on("end", async () => {
    isOver = true;
    try {
      if (failure !== undefined) throw failure;
      const { id } = await message.finish();
      answer(null, `Queued as ${id}`);
    } catch (error) {
      await giveUp(message, logger);
      answer(replyError(error, logger));
    }
  });
  // A client that leaves in mid-message: nothing may stay behind.
  stream.on("error", fail);
  stream.on("close", () => {
    if (!isOver) fail(new DispatchError("message_incomplete", {}));
  });
}

/** Leaves nothing of the message behind, or says what was left. */
async function giveUp(message: ArrivingMessage, logger: Logger): Promise<void> {
  try {
    await message.abort();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    logger.warn("smtp.file_left", `The file of a refused message could not be removed: ${reason}`, { reason });
  }
}

function decide(answer: (error?: Error | null) => void, logger: Logger, decision: () => void): void {
  try {
    decision();
    answer();
  } catch (error) {
    answer(replyError(error, logger));
  }
}

/** An error in the form that smtp-server sends: the reply code apart, the enhanced code leading the text. */
function replyError(error: unknown, logger: Logger): Error {
  const known = isDispatchError(error) ? error : new DispatchError("internal_error", {}, { cause: error });
  if (!isDispatchError(error)) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    logger.error("smtp.internal_error", "An SMTP session failed unexpectedly", { reason });
  }
  const { code, enhanced, text } = smtpReplyTo(known);
  return Object.assign(new Error(`${enhanced} ${text}`), { responseCode: code });
}
