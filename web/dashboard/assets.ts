/** What the pages load: the style, the script and the icon, each under a name that changes with its content. */
/// <reference path="./text_files.d.ts" />
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { Hono } from "hono";
import script from "./client/dashboard.js" with { type: "text" };
import { tabIcon } from "./icons.ts";
import base from "./style/base.css" with { type: "text" };
import card from "./style/card.css" with { type: "text" };
import chain from "./style/chain.css" with { type: "text" };
import form from "./style/form.css" with { type: "text" };
import frame from "./style/frame.css" with { type: "text" };

/** In this order: where two rules are equally specific, the later one counts. */
const style = [base, frame, card, chain, form].join("\n");

/** A file that browsers may keep for ever. */
interface Asset {
  /** `/assets/<name>.<first 12 hex digits of its SHA-256>.<ending>` */
  readonly path: string;
  readonly mediaType: string;
  readonly text: string;
}

function asset(name: string, ending: string, mediaType: string, text: string): Asset {
  const digest = bytesToHex(sha256(utf8ToBytes(text))).slice(0, 12);
  return { path: `/assets/${name}.${digest}.${ending}`, mediaType: `${mediaType}; charset=utf-8`, text };
}

/** All files that the pages load. */
export const assets = {
  style: asset("style", "css", "text/css", style),
  script: asset("dashboard", "js", "text/javascript", script),
  icon: asset("icon", "svg", "image/svg+xml", tabIcon),
} as const;

/** Serves the files; they hold nothing that only the administrator may see. */
export function assetRoutes(): Hono {
  const app = new Hono();
  for (const { path, mediaType, text } of Object.values(assets)) {
    const headers = { "content-type": mediaType, "cache-control": "public, max-age=31536000, immutable" };
    app.get(path, (context) => context.body(text, 200, headers));
  }
  return app;
}
