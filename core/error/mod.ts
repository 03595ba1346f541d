/** The product's own errors: one family, a stable code each, typed facts. */
export {
  DispatchError,
  type ErrorCode,
  type FactsOf,
  httpStatusOf,
  isDispatchError,
  isErrorCode,
} from "./dispatch_error.ts";
export { type IntakeErrorCode, intakeErrors } from "./intake_errors.ts";
export type { ConfigViolation } from "./operation_errors.ts";
export { type RequestErrorCode, requestErrors } from "./request_errors.ts";
export { type SmtpErrorCode, smtpErrors } from "./smtp_errors.ts";
