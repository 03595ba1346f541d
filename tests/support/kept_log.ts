/** All that is logged, as it is written. */
import type { Logger } from "../../core/capabilities.ts";
import { streamLogger } from "../../runtime-node/stream_logger.ts";

/** A logger that puts each line into `lines` twice: as people read it, and as JSON. */
export function keepLines(lines: string[]): Logger {
  const write = (line: string) => void lines.push(line);
  const [pretty, json] = (["pretty", "json"] as const).map((format) =>
    streamLogger({ level: "debug", format, write, nowMs: Date.now }),
  );
  const both =
    (level: keyof Logger): Logger["info"] =>
    (...entry) => {
      pretty![level](...entry);
      json![level](...entry);
    };
  return { debug: both("debug"), info: both("info"), warn: both("warn"), error: both("error") };
}

/** One line, with no control character but the newline that ends it. */
export const cleanLine = /^[^\0-\x1f\x7f-\x9f]*\n$/;
