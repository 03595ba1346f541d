/** Settings that are a list of address ranges. */
import type { ReadResult, SettingCodec } from "../setting_codec.ts";
import { readCidrRange } from "./cidr_range.ts";
import { parseJson, splitList } from "./text_form.ts";

const maxItems = 1000;
/** What is wrong with the first entries tells enough about the others. */
const maxTold = 5;
const maxShownLength = 64;

/**
 * A list of at most 1000 CIDR ranges, each in its canonical form (`readCidrRange`); a range given twice is kept once. Host
 * bits are put right, and that is noted. As text: a JSON array or a comma list.
 */
export function cidrListCodec(): SettingCodec<readonly string[]> {
  const rule = `must be a list of at most ${maxItems} CIDR ranges such as 10.0.0.0/8 or fd00::/8`;
  const fromJson = (json: unknown): ReadResult<readonly string[]> => {
    if (!Array.isArray(json) || json.length > maxItems) return { rule };
    const ranges = new Set<string>();
    const notes: string[] = [];
    const faults: string[] = [];
    for (const item of json) {
      const read = typeof item === "string" ? readCidrRange(item.trim()) : { fault: "is no text" };
      if ("fault" in read) {
        faults.push(`${shown(item)} ${read.fault}`);
        continue;
      }
      ranges.add(read.range);
      if (read.hadHostBits) notes.push(`${shown(item)} has bits set behind its prefix: it was taken as ${read.range}`);
    }
    if (faults.length > 0) return { rule: `${rule}: ${firstOf(faults)}` };
    return { value: [...ranges], ...(notes.length > 0 ? { notes } : {}) };
  };
  return {
    kind: "cidr_list",
    rule,
    fromJson,
    fromText: (text) => fromJson(text.trimStart().startsWith("[") ? parseJson(text) : splitList(text)),
    toText: (value) => JSON.stringify(value),
  };
}

function shown(item: unknown): string {
  const text = JSON.stringify(item) ?? String(item);
  return text.length > maxShownLength ? `${text.slice(0, maxShownLength)}…` : text;
}

function firstOf(faults: readonly string[]): string {
  const more = faults.length - maxTold;
  return [...faults.slice(0, maxTold), ...(more > 0 ? [`and ${more} more`] : [])].join("; ");
}
