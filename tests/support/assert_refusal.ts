/** Asserts that something is refused with one of the product's own errors. */
import assert from "node:assert/strict";
import { DispatchError, type ErrorCode } from "../../core/error/mod.ts";

/** Asserts that `act` is refused with `code`, and returns the error. */
export async function assertRefusal<C extends ErrorCode>(act: () => unknown, code: C): Promise<DispatchError<C>> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof DispatchError)) throw error;
    assert.equal(error.code, code, error.message);
    return error as DispatchError<C>;
  }
  assert.fail(`was not refused with ${code}`);
}
