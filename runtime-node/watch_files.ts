/** Notices when files change, however they are replaced: in place, by renaming, or behind symbolic links. */
import { type FSWatcher, watch } from "node:fs";
import { lstat, readlink } from "node:fs/promises";
import { basename, dirname, join, parse, resolve, sep } from "node:path";

/** Time in which changes count as one. */
const settleMs = 200;
/** File systems over a network tell of no change, so the files are taken for changed once an hour. */
const rereadMs = 60 * 60 * 1000;
/** As many links as a system follows. */
const longestChain = 40;

/** A watch over files. */
export interface FileWatch {
  close(): void;
}

/** Who is told. */
export interface FileWatcher {
  onChange(): void;
  /** A directory can't be watched: changes in it are noticed once an hour only. Told once for each. */
  onUnwatched(directory: string, error: Error): void;
}

/**
 * Calls `watcher.onChange` soon after one of `paths` (absolute) may have become another file, or come into being; and hourly.
 *
 * What is watched are the directory entries that a path leads through, links and their targets included, since that is
 * where certbot (links in `live/`), Kubernetes (the link `..data`) and a rename make their change.
 */
export async function watchFiles(paths: readonly string[], watcher: FileWatcher): Promise<FileWatch> {
  let watchers: FSWatcher[] = [];
  const unwatched = new Set<string>();
  let settling: NodeJS.Timeout | undefined;
  let isClosed = false;

  function changed(): void {
    settling ??= setTimeout(async () => {
      settling = undefined;
      await rewatch();
      if (!isClosed) watcher.onChange();
    }, settleMs);
  }
  function failed(directory: string, error: Error): void {
    if (unwatched.has(directory)) return;
    unwatched.add(directory);
    watcher.onUnwatched(directory, error);
  }
  /** A directory that was replaced is another one, so each change starts the watch anew. */
  async function rewatch(): Promise<void> {
    const entries = await Promise.all(paths.map(entriesBehind));
    for (const open of watchers) open.close();
    watchers = isClosed ? [] : watchEntries(entries.flat(), changed, failed);
  }
  const hourly = setInterval(changed, rereadMs);
  hourly.unref();
  await rewatch();
  return {
    close() {
      isClosed = true;
      clearTimeout(settling);
      clearInterval(hourly);
      for (const open of watchers) open.close();
    },
  };
}

/** Watches the directories of `entries`, and tells of changes to those entries alone. */
function watchEntries(
  entries: readonly string[],
  onChange: () => void,
  onFailure: (directory: string, error: Error) => void,
): FSWatcher[] {
  const names = Map.groupBy(new Set(entries), dirname);
  return [...names].flatMap(([directory, paths]) => {
    const wanted = new Set(paths.map((path) => basename(path)));
    try {
      const watcher = watch(directory, { persistent: false }, (_event, name) => {
        // Some systems do not say what has changed.
        if (name === null || wanted.has(name)) onChange();
      });
      return [watcher.on("error", onChange)];
    } catch (error) {
      // The system watches no more, or this user may not read the directory. One that has gone is noticed in its parent.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") onFailure(directory, error as Error);
      return [];
    }
  });
}

/** All directory entries that `path` leads through, as absolute paths, up to the first that is not there. */
async function entriesBehind(path: string): Promise<string[]> {
  const entries: string[] = [];
  let { root } = parse(path);
  let rest = partsOf(path);
  for (let links = 0; rest.length > 0 && links <= longestChain; ) {
    const entry = join(root, rest[0]!);
    entries.push(entry);
    const target = await targetOf(entry);
    if (target === undefined) return entries;
    rest = rest.slice(1);
    if (target === null) root = entry;
    else {
      links++;
      const aim = resolve(root, target);
      rest = [...partsOf(aim), ...rest];
      root = parse(aim).root;
    }
  }
  return entries;
}

function partsOf(path: string): string[] {
  return path.slice(parse(path).root.length).split(sep).filter(Boolean);
}

/** Where a link leads; `null` for what is no link, `undefined` where nothing is. */
async function targetOf(entry: string): Promise<string | null | undefined> {
  try {
    return (await lstat(entry)).isSymbolicLink() ? await readlink(entry) : null;
  } catch {
    return undefined;
  }
}
