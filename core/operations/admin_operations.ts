/** The administrator's password, for whoever has a shell on the host. */
import { z } from "zod";
import { secret } from "./input.ts";
import { defineOperation } from "./operation.ts";

const adminResetPassword = defineOperation({
  name: "admin.reset-password",
  summary: "Set the dashboard's password without the old one; signs everybody out",
  input: z.strictObject({ password: secret(65_536) }),
  async run({ admin }, { password }) {
    await admin.resetPassword(password);
    return { reset: true };
  },
  audit: { event: "access.password_reset" },
});

/** The operations on the administrator's access. */
export const adminOperations = [adminResetPassword] as const;
