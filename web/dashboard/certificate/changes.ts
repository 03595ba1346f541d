/** The changes that the page's forms ask for: one record each. */
import { DispatchError, isDispatchError } from "../../../core/error/mod.ts";
import type { InputOf } from "../../../core/operations/operation_table.ts";
import type { AdminActs } from "../acts.ts";
import { errorNotice, fieldText } from "../form_parts.ts";
import { nothingGiven, readMaterialForm } from "./material_form.ts";
import type { Answer } from "./page.ts";

/** One change. */
export interface CertificateChange {
  /** Does what the form asks for. @throws {DispatchError} what the operation refuses with */
  readonly act: (acts: AdminActs, form: FormData) => Promise<unknown>;
  /** What the page shows in place of the form that was refused. */
  readonly refuse: (error: DispatchError, form: FormData) => Answer | Promise<Answer>;
}

const seenOf = (form: FormData): { seen: string | undefined } => ({ seen: fieldText(form, "seen") || undefined });

/** All changes; each is sent to the page's path and its own name. */
export const certificateChanges: Readonly<Record<"upload" | "generate" | "restore" | "remove", CertificateChange>> = {
  upload: {
    async act({ perform }, form) {
      const material = await readMaterialForm(form);
      if (material.files.length === 0) throw new DispatchError("certificate_refused", { findings: nothingGiven });
      await perform("cert.upload", { ...material, ...seenOf(form) });
    },
    async refuse(error, form) {
      if (!isDispatchError(error, "certificate_refused")) return { form: "upload", notice: errorNotice(error) };
      const fileNames = (await readMaterialForm(form)).files.map(({ name }) => name);
      const check = { ok: false, findings: error.facts.findings, identity: null };
      return { form: "upload", notice: null, checked: { fileNames, check } };
    },
  },
  generate: {
    act: ({ perform }, form) => perform("cert.generate", { ...readGenerateForm(form), ...seenOf(form) }),
    refuse: (error, form) => ({
      form: "generate",
      notice: errorNotice(error),
      values: { names: fieldText(form, "names"), key: fieldText(form, "key"), days: fieldText(form, "days") },
    }),
  },
  restore: {
    act: ({ perform }, form) => perform("cert.restore", { id: fieldText(form, "id"), ...seenOf(form) }),
    refuse: (error) => ({ form: "restore", notice: errorNotice(error) }),
  },
  remove: {
    act: ({ perform }, form) => perform("cert.remove", seenOf(form)),
    refuse: (error) => ({ form: "remove", notice: errorNotice(error) }),
  },
};

/** Key and days go on as they were typed: the operation says what is wrong with them. */
function readGenerateForm(form: FormData): InputOf<"cert.generate"> {
  const lines = fieldText(form, "names").split(/[\s,]+/);
  const names = lines.filter((line) => line !== "");
  const [key, days] = [fieldText(form, "key"), fieldText(form, "days")];
  return { ...(names.length === 0 ? {} : { names }), key, days } as InputOf<"cert.generate">;
}
