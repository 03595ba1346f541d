/** One kind of setting: how its values are read from JSON and from text, written, and described. */

/** The kinds of settings; a form chooses its field by it. */
export type SettingKind = "boolean" | "integer" | "text" | "choice" | "integer_list" | "cidr_list" | "host_name";

/** A value that was read. */
export interface ReadValue<T> {
  readonly value: T;
  /** What was put right in it, a sentence each; absent where it was taken as it is. */
  readonly notes?: readonly string[];
}

/** What reading a value found: the value, or the rule that it broke as the end of a sentence ("must be …"). */
export type ReadResult<T> = ReadValue<T> | { readonly rule: string };

/** All that is known about one kind of setting, its bounds included. */
export interface SettingCodec<T> {
  readonly kind: SettingKind;
  /** What a value has to be, as the end of a sentence: "must be a whole number from 1 to 32". */
  readonly rule: string;
  /** Smallest and largest number, where values are numbers or lists of them. */
  readonly min?: number;
  readonly max?: number;
  /** All values, where they can be listed. */
  readonly choices?: readonly string[];
  /** Reads a parsed JSON value. */
  fromJson(json: unknown): ReadResult<T>;
  /** Reads what was typed or stands in an environment variable: JSON, a bare word, or a comma list. */
  fromText(text: string): ReadResult<T>;
  /** Writes `value` so that `fromText` reads it again. */
  toText(value: T): string;
}
