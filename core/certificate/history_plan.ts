/** Which identities are remembered, and which of them are put away. Pure. */
import type { CertificateRecord } from "./certificate_record.ts";

const DAY_MS = 86_400_000;
/** Replaced identities that are kept. */
export const maxEarlier = 5;
/** How long a replaced identity is kept. */
export const maxEarlierDays = 90;

/** The record of an identity that was in service earlier. */
export type EarlierRecord = CertificateRecord & { readonly replacedAtMs: number; readonly replacedBy: string };

/** The records as they are found. */
export interface FoundRecords {
  readonly records: readonly CertificateRecord[];
  /** Ids of those whose file is missing. */
  readonly missing: ReadonlySet<string>;
  /** What the configuration records as `tls.cert_path`; `""` where that is the automatic identity. */
  readonly recordedPath: string;
}

/** When this is looked at, and who took the place of an identity where no record tells. */
export interface HistoryMoment {
  readonly nowMs: number;
  readonly by: string;
}

/** Why a record is put away. */
export type DropReason = "never_in_service" | "file_missing" | "too_many" | "too_old";

/** What the records are to become. */
export interface HistoryPlan {
  /** That of the identity which the configuration records; `null` where there is none. */
  readonly recorded: CertificateRecord | null;
  /** The history as it is to be; the one replaced last comes first. */
  readonly earlier: readonly EarlierRecord[];
  /** Records that have to be written for that. */
  readonly changed: readonly CertificateRecord[];
  /** Records to be removed, with their files. */
  readonly dropped: readonly { readonly record: CertificateRecord; readonly reason: DropReason }[];
}

/**
 * Has the records follow the configuration, which alone says what is in service: after each change, and after a crash at
 * any moment of one.
 */
export function planHistory(found: FoundRecords, moment: HistoryMoment): HistoryPlan {
  const recorded = found.records.find(({ path }) => path === found.recordedPath) ?? null;
  const others = found.records.filter((record) => record !== recorded);
  const [lost, ready] = split(others, ({ id, replacedAtMs }) => replacedAtMs === 0 || found.missing.has(id));
  const replaced = ready
    .map((record) => markReplaced(record, recorded, moment))
    .sort((a, b) => b.replacedAtMs - a.replacedAtMs || b.installedAtMs - a.installedAtMs);
  const [old, fresh] = split(replaced, (record) => moment.nowMs - record.replacedAtMs > maxEarlierDays * DAY_MS);
  const earlier = fresh.slice(0, maxEarlier);
  const inService = recorded && { ...recorded, replacedAtMs: null, replacedBy: null };
  const changed = [...(inService === null ? [] : [inService]), ...earlier];
  return {
    recorded: inService,
    earlier,
    changed: changed.filter((record) => !found.records.some((before) => isMarkedAlike(record, before))),
    dropped: [
      ...lost.map((record) => ({ record, reason: lossOf(record) })),
      ...old.map((record) => ({ record, reason: "too_old" as const })),
      ...fresh.slice(maxEarlier).map((record) => ({ record, reason: "too_many" as const })),
    ],
  };
}

function split<T>(items: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}

/** Who replaced an identity is whoever put the present one in service, unless that is the automatic one. */
function markReplaced(
  record: CertificateRecord,
  successor: CertificateRecord | null,
  { nowMs, by }: HistoryMoment,
): EarlierRecord {
  const { replacedAtMs, replacedBy } = record;
  if (replacedAtMs !== null && replacedBy !== null) return { ...record, replacedAtMs, replacedBy };
  if (successor === null) return { ...record, replacedAtMs: nowMs, replacedBy: by };
  return { ...record, replacedAtMs: successor.installedAtMs, replacedBy: successor.installedBy };
}

function isMarkedAlike(a: CertificateRecord, b: CertificateRecord): boolean {
  return a.id === b.id && a.replacedAtMs === b.replacedAtMs;
}

function lossOf({ replacedAtMs }: CertificateRecord): DropReason {
  return replacedAtMs === 0 ? "never_in_service" : "file_missing";
}
