/** A message that careless software changes on its way. */

/** Odd folding, spaces at line ends, dots, bytes over 127, header order; lines end in LF. */
export const delicateMessage = [
  "X-First:one",
  'From: "A, B" <a@example.org>',
  "To: you@example.org",
  "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?= and",
  "\tfolded  ",
  "Date: Thu, 1 Jan 2026 00:00:00 +0000",
  "MESSAGE-ID: <delicate-1@example.org>",
  "x-trailing: spaces   ",
  "Content-Type: text/plain; charset=utf-8",
  "Content-Transfer-Encoding: 8bit",
  "",
  ".one dot",
  "..two dots",
  ".",
  "grüße, and a tab at the end\t",
  "",
  `long ${"x".repeat(900)}`,
  "From the start of a line",
  "last line",
].join("\n");
