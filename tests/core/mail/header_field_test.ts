import assert from "node:assert/strict";
import { test } from "node:test";
import { foldField, hasControlCharacter, isFieldName } from "../../../core/mail/header_field.ts";

function unfold(field: string): string {
  return field.replace(/\r\n(?= )/g, "");
}

test("isFieldName takes printable ASCII without a colon, RFC 5322 section 2.2", () => {
  for (const name of ["Subject", "X-1", "!#$", "x".repeat(76)]) assert.equal(isFieldName(name), true, name);
  for (const name of ["", "a b", "a:", "a\n", "ü", "a\0", "x".repeat(77)]) assert.equal(isFieldName(name), false, name);
});

test("hasControlCharacter finds C0, DEL and C1", () => {
  for (const text of ["\0", "a\tb", "a\r", "\n", "\x1f", "\x7f", "\x85"]) assert.equal(hasControlCharacter(text), true);
  for (const text of ["", "a b", "ü", "\u2028"]) assert.equal(hasControlCharacter(text), false);
});

test("foldField folds before spaces, to 78 columns, and changes nothing else", () => {
  const value = `first  ${"word ".repeat(60)}  ${"long".repeat(15)}   last`;
  const field = foldField("X-Test", value);
  assert.equal(unfold(field), `X-Test: ${value}\r\n`);
  for (const line of field.split("\r\n")) assert.ok(line.length <= 78, line);
});

test("foldField makes no line of spaces alone", () => {
  const field = foldField("X-Test", `a${" ".repeat(200)}b`);
  assert.doesNotMatch(field, /^ +$/m);
});

test("foldField leaves a long first word beside the name when folding does not make it fit", () => {
  assert.equal(foldField("X-Test", "x".repeat(100)), `X-Test: ${"x".repeat(100)}\r\n`);
});

test("foldField gives a long later word a line of its own", () => {
  assert.equal(foldField("X-Test", `a ${"x".repeat(100)}`), `X-Test: a\r\n ${"x".repeat(100)}\r\n`);
});
