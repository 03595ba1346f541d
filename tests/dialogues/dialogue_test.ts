/** Every `*.txt` of this folder is a test; README.md says how they are written. */
import { readdirSync, readFileSync } from "node:fs";
import { before, describe, it } from "node:test";
import type { TlsPolicy } from "../../core/tls/policy.ts";
import { newTlsPolicy } from "../support/smtp_listener_fixture.ts";
import { playDialogue } from "./dialogue_stage.ts";

const names = readdirSync(new URL(".", import.meta.url)).filter((name) => name.endsWith(".txt"));

describe("SmtpListener", () => {
  let tls: TlsPolicy;

  before(async () => {
    tls = await newTlsPolicy();
  });

  for (const name of names.sort()) {
    const text = readFileSync(new URL(name, import.meta.url), "utf8");
    const [, fact = ""] = /^# (.+)/.exec(text) ?? [];
    it(`${fact} (${name})`, () => playDialogue(text, tls));
  }
});
