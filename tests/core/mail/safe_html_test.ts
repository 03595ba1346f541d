import assert from "node:assert/strict";
import { test } from "node:test";
import { makeSafe } from "../../../core/mail/safe_html.ts";

test("makeSafe keeps text, tables and links, and has links tell nobody where they were", () => {
  const { html, blockedPictures } = makeSafe(
    '<table border=1><tr><td colspan=2 align="right"><b>1</b></table><a href="https://example.org/?a=1&amp;b=2">x</a>',
  );
  assert.equal(
    html,
    '<table border="1"><tbody><tr><td colspan="2" align="right"><b>1</b></td></tr></tbody></table>' +
      '<a href="https://example.org/?a=1&#x26;b=2" rel="noopener noreferrer nofollow" target="_blank">x</a>',
  );
  assert.equal(blockedPictures, 0);
});

/** Each would run, load or send something where it stood on a page as it is. */
const hostile: readonly string[] = [
  "<script>alert(1)</script>",
  "<scr<script>ipt>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "<svg onload=alert(1)><a xlink:href='javascript:alert(1)'>x</a></svg>",
  "<svg><style><img src=x onerror=alert(1)></style></svg>",
  "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
  "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
  "<a href='javascript:alert(1)'>x</a>",
  "<a href=' java\nscript:alert(1)'>x</a>",
  "<a href='&#106;avascript:alert(1)'>x</a>",
  "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
  "<a href='/api/queue'>x</a>",
  "<a href='//evil.example'>x</a>",
  "<iframe src='https://evil.example'></iframe>",
  "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
  "<object data='https://evil.example'></object><embed src='https://evil.example'>",
  "<form action='https://evil.example'><input name=password><button formaction='https://evil.example'>x</button></form>",
  "<base href='https://evil.example/'><link rel=stylesheet href='https://evil.example/x.css'>",
  "<meta http-equiv=refresh content='0;url=https://evil.example'>",
  "<img src='https://evil.example/pixel.png'><img srcset='https://evil.example/pixel.png 2x'>",
  "<img src='/pixel.png'><img src='data:image/svg+xml,<svg onload=alert(1)>'>",
  "<video poster='https://evil.example'><audio src='https://evil.example'></audio></video>",
  "<table background='https://evil.example/x.png'><tr><td style='background:url(https://evil.example)'>x</table>",
  "<style>@import 'https://evil.example';</style><p style='position:fixed;inset:0'>x</p>",
  "<p id=root name=root class=modal onclick='alert(1)'>x</p>",
  "<template><img src=x onerror=alert(1)></template><textarea><img src=x onerror=alert(1)></textarea>",
];

for (const html of hostile) {
  test(`makeSafe leaves nothing that acts of ${JSON.stringify(html)}`, () => {
    const safe = makeSafe(html).html;
    assert.doesNotMatch(
      safe,
      /evil\.example|<script|<svg|<style|<iframe|\son\w+=|javascript:|style=|id=|class=|name=/i,
    );
    assert.doesNotMatch(safe, /(?:src|href)="(?!https?:|mailto:|cid:|data:image\/(?:png|gif|jpeg|webp))/);
    // What it prints means to a parser what it meant to this one.
    assert.equal(makeSafe(safe).html, safe);
  });
}

test("makeSafe keeps pictures that came with the message, and counts those that did not", () => {
  const { html, blockedPictures } = makeSafe(
    '<img src="cid:logo@example.org" alt="Logo"><img src="data:image/png;base64,AA=="><img src="http://example.org/x.png">',
  );
  assert.equal(html, '<img src="cid:logo@example.org" alt="Logo"><img src="data:image/png;base64,AA=="><img>');
  assert.equal(blockedPictures, 1);
});

test("makeSafe throws a RangeError for what is nested more deeply than the stack is", () => {
  assert.throws(() => makeSafe("<div>".repeat(100_000)), RangeError);
});

test("makeSafe throws a RangeError for a little HTML that is made into far more elements, or far longer attributes", () => {
  const open = Array.from({ length: 1000 }, (_, index) => `<b id=${index}>`).join("");
  assert.throws(() => makeSafe(`<p>${open}${"<p>x".repeat(1000)}`), RangeError);
  assert.throws(() => makeSafe(`<p><b title="${"x".repeat(10_000)}">${"<p>x".repeat(1000)}`), RangeError);
});

test("makeSafe takes as many elements as a long message has", () => {
  const row = '<tr><td width="10" align="right">1</td></tr>';
  assert.equal(makeSafe(`<table>${row.repeat(10_000)}</table>`).html.match(/<td/g)?.length, 10_000);
});
