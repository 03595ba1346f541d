/** The body of a message as texts and files. */
import { decodeContent } from "./content_decoding.ts";
import { extensionOf } from "./file_extension.ts";
import { formatParameters, type ParameterizedValue, parameterOf, parseParameterized } from "./media_type.ts";
import { firstField, type MimeEntity } from "./mime_entity.ts";
import { namesFile, readFilename } from "./part_filename.ts";
import { decodeCharset, joinFlowedLines } from "./text_decoding.ts";

/** A part of a message that is not its text. */
export interface MessageFile {
  /** Never empty: one is made up where the message has none. Any characters but controls. */
  readonly filename: string;
  /** Media type in lower case, without parameters: `text/calendar`. */
  readonly mediaType: string;
  /** The media type with its parameters but for the file name: `text/calendar; method=REQUEST; charset=utf-8`. */
  readonly contentType: string;
  /** Decoded, byte for byte. */
  readonly content: Uint8Array<ArrayBuffer>;
  /** `inline` when it has a `contentId` that the HTML names, or stands within the text; else beside it. */
  readonly disposition: "attachment" | "inline";
  /** Without angle brackets; `null` when it has none. */
  readonly contentId: string | null;
}

/** The body of a message, all of it. */
export interface MessageBody {
  /** With `\n` between lines; `null` when there is none. */
  readonly text: string | null;
  readonly html: string | null;
  readonly attachments: readonly MessageFile[];
  /** What a text and a list of files can't say of it, a few words each. */
  readonly omitted: readonly string[];
}

/** One text of a message, in one form or in two that say the same. */
type Passage = Pick<MessageBody, "text" | "html">;

/** What comes of a part: what is read one after the other, and what goes with it. */
interface Walked {
  readonly passages: readonly Passage[];
  readonly attachments: readonly MessageFile[];
}

const nothing: Walked = { passages: [], attachments: [] };

/** Multiparts that are no more than a sequence. */
const plainSequences = new Set(["multipart/mixed", "multipart/digest", "multipart/parallel", "multipart/related"]);

/** Fields of a part that its attachment expresses. */
const expressedFields = new Set([
  "content-type",
  "content-transfer-encoding",
  "content-disposition",
  "content-id",
  "mime-version",
]);

/**
 * Reads the body of a message.
 *
 * Texts of a sequence are joined; where some are HTML only and others not, the HTML holds them all, and a text that would
 * not is left out. Parts that an API can't put beside the text as a further alternative, such as invitations, become
 * attachments, and are told.
 */
export async function readBody(message: MimeEntity): Promise<MessageBody> {
  const walk = new BodyWalk();
  const { passages, attachments } = await walk.entity(message, { isFirst: true, isRelated: false });
  const body = joinPassages(passages);
  const named = namedInHtml(body.html ?? "");
  // What the HTML shows is inline, whatever its part says of itself.
  const placed = attachments.map((attachment) =>
    named.has(attachment.contentId ?? "") ? { ...attachment, disposition: "inline" as const } : attachment,
  );
  return { ...body, attachments: placed, omitted: walk.omitted };
}

class BodyWalk {
  readonly #omitted = new Set<string>();
  #attachments = 0;

  get omitted(): readonly string[] {
    return [...this.#omitted];
  }

  /** @param place `isFirst` when no text or file comes before it; `isRelated` when it goes with another part */
  async entity(entity: MimeEntity, place: { isFirst: boolean; isRelated: boolean }): Promise<Walked> {
    const { value } = entity.mediaType;
    if (entity.parts.length === 0) return await this.#leaf(entity, place);
    if (value === "multipart/alternative") return await this.#alternative(entity);
    if (!plainSequences.has(value)) this.#omitted.add(`structure ${value}`);
    return await this.#sequence(entity, value === "multipart/related", place.isFirst);
  }

  async #sequence(entity: MimeEntity, isRelated: boolean, isFirst: boolean): Promise<Walked> {
    const { parts } = entity;
    const root = isRelated ? rootOf(entity) : -1;
    const passages: Passage[] = [];
    const attachments: MessageFile[] = [];
    for (const [index, part] of parts.entries()) {
      const place = { isFirst: index === root || (isFirst && index === 0), isRelated: isRelated && index !== root };
      const walked = await this.entity(part, place);
      passages.push(...walked.passages);
      attachments.push(...walked.attachments);
    }
    return { passages, attachments };
  }

  /** Of two alternatives of one kind the later is the better (RFC 2046 section 5.1.4). */
  async #alternative({ parts }: MimeEntity): Promise<Walked> {
    let text: string | null = null;
    let html: string | null = null;
    const attachments: MessageFile[] = [];
    for (const part of parts) {
      const walked = await this.entity(part, { isFirst: true, isRelated: false });
      const passage = joinPassages(walked.passages);
      if (walked.passages.length === 0 && part.parts.length === 0) {
        this.#omitted.add(`${part.mediaType.value} as an alternative to the text: it is attached`);
      }
      if ((text !== null && passage.text !== null) || (html !== null && passage.html !== null)) {
        this.#omitted.add("the lesser of two alternatives of one kind");
      }
      text = passage.text ?? text;
      html = passage.html ?? html;
      attachments.push(...walked.attachments);
    }
    return { passages: text === null && html === null ? [] : [{ text, html }], attachments };
  }

  async #leaf(entity: MimeEntity, { isFirst, isRelated }: { isFirst: boolean; isRelated: boolean }): Promise<Walked> {
    const { value } = entity.mediaType;
    const disposition = parseParameterized(firstField(entity.section, "content-disposition"));
    const isText = value === "text/plain" || value === "text/html";
    const hasName = [disposition, entity.mediaType].some(namesFile);
    const isFile = disposition.value === "attachment" || isRelated || (hasName && !isFirst);
    if (!isText || isFile) return { ...nothing, attachments: [await this.#attachment(entity, disposition)] };
    const text = decodeText(entity);
    const charset = parameterOf(entity.mediaType, "charset");
    if (text.includes("\ufffd") && !/^utf/i.test(charset)) this.#omitted.add(`characters that are none of ${charset}`);
    return { ...nothing, passages: [value === "text/html" ? { text: null, html: text } : { text, html: null }] };
  }

  async #attachment(entity: MimeEntity, disposition: ParameterizedValue): Promise<MessageFile> {
    const { section, mediaType, body } = entity;
    this.#attachments++;
    for (const field of section.fields) {
      const isOfPart = field.name.startsWith("content-") || field.name.startsWith("x-");
      if (isOfPart && !expressedFields.has(field.name)) this.#omitted.add(`field ${field.name} of a part`);
    }
    const id = firstField(section, "content-id").replace(/^<|>$/g, "");
    const isUsableId = /^[!-~]{1,250}$/.test(id);
    if (id !== "" && !isUsableId) this.#omitted.add("a Content-ID that is none");
    return {
      filename: (await readFilename(mediaType, disposition)) ?? this.#inventName(mediaType.value),
      mediaType: mediaType.value,
      contentType: formatMediaType(mediaType),
      content: decodeContent(body, firstField(section, "content-transfer-encoding")),
      disposition: disposition.value === "inline" ? "inline" : "attachment",
      contentId: isUsableId ? id : null,
    };
  }

  #inventName(mediaType: string): string {
    return `part-${this.#attachments}.${extensionOf(mediaType)}`;
  }
}

/** Index of the part that the others go with: the one that `start` names, or the first (RFC 2387 section 3.2). */
function rootOf({ mediaType, parts }: MimeEntity): number {
  const start = parameterOf(mediaType, "start");
  const index = parts.findIndex(({ section }) => firstField(section, "content-id") === start);
  return start === "" ? 0 : Math.max(0, index);
}

/** The Content-IDs that HTML refers to (RFC 2392). */
function namedInHtml(html: string): ReadonlySet<string> {
  const urls = Array.from(html.matchAll(/\bcid:([^\s"'<>)]{1,250})/gi), ([, id]) => id!.replaceAll("&amp;", "&"));
  return new Set(urls.flatMap((id) => [id, percentDecoded(id)]));
}

function percentDecoded(text: string): string {
  return text.replace(/%([\da-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function joinPassages(passages: readonly Passage[]): Passage {
  if (passages.length === 0) return { text: null, html: null };
  const texts = passages.flatMap(({ text }) => (text === null ? [] : [text]));
  const text = texts.length === passages.length ? texts.join("\n") : null;
  if (passages.every(({ html }) => html === null)) return { text, html: null };
  return { text, html: passages.map((passage) => passage.html ?? textAsHtml(passage.text ?? "")).join("\n") };
}

function textAsHtml(text: string): string {
  const escaped = text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
  return `<div>${escaped.replaceAll("\n", "<br>\n")}</div>`;
}

/** Without the line break at its end. */
function decodeText({ mediaType, section, body }: MimeEntity): string {
  const bytes = decodeContent(body, firstField(section, "content-transfer-encoding"));
  const text = decodeCharset(bytes, parameterOf(mediaType, "charset")).replaceAll("\r\n", "\n").replaceAll("\r", "\n");
  const isFlowed = parameterOf(mediaType, "format").toLowerCase() === "flowed";
  const isSpaceExtra = parameterOf(mediaType, "delsp").toLowerCase() === "yes";
  return (isFlowed ? joinFlowedLines(text, isSpaceExtra) : text).replace(/\n$/, "");
}

function formatMediaType(mediaType: ParameterizedValue): string {
  const kept = mediaType.parameters.filter(({ name, text }) => !/^name(?:\*|$)/.test(name) && /^[ -~]+$/.test(text));
  return `${mediaType.value}${formatParameters({ ...mediaType, parameters: kept })}`;
}
