/**
 * HTML of a stranger's message, made safe to be shown: it runs nothing, loads nothing, and sends nothing.
 *
 * Parsed and printed by the standard's own algorithm (hast over parse5), so that what is judged is what a browser sees.
 */
import { fromParse5 } from "hast-util-from-parse5";
import { type Schema, sanitize } from "hast-util-sanitize";
import { toHtml } from "hast-util-to-html";
import { defaultTreeAdapter, parseFragment } from "parse5";

type Tree = Extract<ReturnType<typeof fromParse5>, { type: "root" }>;
type Node = Tree["children"][number] | Tree;
type Element = Extract<Node, { type: "element" }>;

/** Text and tables; whatever is not named goes, its content stays. Attributes that name a style or a place do not. */
const schema: Schema = {
  tagNames: [
    ...["a", "abbr", "b", "bdi", "bdo", "big", "blockquote", "br", "center", "cite", "code", "del", "dfn", "div", "em"],
    ...[
      "font",
      "h1",
      "h2",
      "h3",
      "h4",
      "h5",
      "h6",
      "hr",
      "i",
      "img",
      "ins",
      "kbd",
      "mark",
      "p",
      "pre",
      "q",
      "s",
      "samp",
    ],
    ...["small", "span", "strike", "strong", "sub", "sup", "tt", "u", "var", "wbr", "dl", "dt", "dd", "ol", "ul", "li"],
    ...["table", "caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "td", "th"],
  ],
  attributes: {
    "*": ["align", "vAlign", "bgColor", "color", "dir", "lang", "title", "width", "height"],
    a: ["href"],
    img: ["src", "alt"],
    ol: ["start", "type"],
    table: ["border", "cellPadding", "cellSpacing"],
    td: ["colSpan", "rowSpan", "noWrap"],
    th: ["colSpan", "rowSpan", "noWrap"],
  },
  // Where a stray `td` stands alone, it would change how what is around it is read.
  ancestors: {
    ...Object.fromEntries(["thead", "tbody", "tfoot", "tr", "td", "th", "caption", "colgroup", "col"].map(inTable)),
  },
  protocols: { href: ["http", "https", "mailto", "tel"], src: ["cid", "data", "http", "https"] },
  strip: ["script", "style", "title", "template", "textarea", "select", "noscript", "iframe", "object", "svg", "math"],
};

/** What may be made of one message's HTML: each element takes as much as some characters, and what its attributes have. */
const maxMadeCharacters = 1024 * 1024;
const charactersOfElement = 20;

/** What may be shown of a message's HTML. */
export interface SafeHtml {
  /** A fragment. Pictures are `cid:` (a part of the message, RFC 2392) or `data:`. */
  readonly html: string;
  /** How many pictures would have been loaded from elsewhere. */
  readonly blockedPictures: number;
}

/**
 * The part of `html` that is safe.
 *
 * @throws {RangeError} when it is nested more deeply than the stack is, or makes more than some 50,000 elements
 */
export function makeSafe(html: string): SafeHtml {
  const parsed = fromParse5(parseFragment(html, { treeAdapter: boundedTree(), scriptingEnabled: false }));
  const tree = sanitize(parsed, schema) as Tree;
  const blockedPictures = secureReferences(tree);
  return { html: toHtml(tree), blockedPictures };
}

/**
 * What is left open in one paragraph begins again in each that follows (HTML standard, section 13.2.4.3): a few kilobytes
 * would make millions of elements.
 */
function boundedTree(): typeof defaultTreeAdapter {
  let madeCharacters = 0;
  return {
    ...defaultTreeAdapter,
    createElement(tagName, namespace, attributes) {
      const lengths = attributes.map(({ name, value }) => name.length + value.length);
      madeCharacters += lengths.reduce((sum, length) => sum + length, charactersOfElement);
      if (madeCharacters > maxMadeCharacters) throw new RangeError(`Cannot make another element: ${tagName}`);
      return defaultTreeAdapter.createElement(tagName, namespace, attributes);
    },
  };
}

/** A schema says which protocols a reference may have, and takes one without any, which would lead to this very server. */
function secureReferences(tree: Tree): number {
  let blocked = 0;
  const waiting: Node[] = [tree];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if ("children" in node) for (const child of node.children) waiting.push(child as Node);
    if (node.type === "element" && !secureReference(node) && node.tagName === "img") blocked += 1;
  }
  return blocked;
}

const references: Readonly<Record<string, { readonly name: "src" | "href"; readonly form: RegExp }>> = {
  img: { name: "src", form: /^(?:cid:|data:image\/(?:png|gif|jpeg|webp)[;,])/i },
  a: { name: "href", form: /^(?:https?|mailto|tel):/i },
};

/** Takes a reference out that is not as it should be, and returns `false` then. */
function secureReference({ tagName, properties }: Element): boolean {
  const reference = references[tagName];
  const value = reference === undefined ? undefined : properties[reference.name];
  if (reference === undefined || value === undefined) return true;
  if (!reference.form.test(String(value))) {
    delete properties[reference.name];
    return false;
  }
  if (tagName === "a") Object.assign(properties, { rel: ["noopener", "noreferrer", "nofollow"], target: "_blank" });
  return true;
}

function inTable(name: string): [string, string[]] {
  return [name, ["table"]];
}
