/** Matches a product error by its code and facts, for `assert.rejects` and `assert.throws`. */
import assert from "node:assert/strict";
import { DispatchError, type ErrorCode, type FactsOf } from "../../../core/error/mod.ts";

export function refusal<C extends ErrorCode>(code: C, facts: FactsOf<C>): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof DispatchError, `${error} is not a DispatchError`);
    assert.equal(error.code, code);
    assert.deepEqual(error.facts, facts);
    return true;
  };
}
