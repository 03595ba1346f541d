/**
 * Runs a program of this project, after making sure that the dependencies are installed:
 *
 *     node scripts/ready.mjs PROGRAM [ARGUMENT…]
 *
 * `PROGRAM` is a name in `node_modules/.bin`, such as `bun` or `node`. Whatever `npm ci` has to say goes to stderr, so
 * that stdout is the program's alone. Plain JavaScript without a dependency: it has to run on any Node from 20 on.
 */
import { spawn } from "node:child_process";
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const installLock = join(root, ".install.lock");
const oldestNodeMajor = 20;

/** Ends this process with one line on stderr. @param {string} line @returns {never} */
function refuse(line) {
  process.stderr.write(`${line}\n`);
  process.exit(1);
}

/** @param {string} path @returns {Record<string, { version?: string, integrity?: string, optional?: boolean }>} */
function readLockedPackages(path) {
  return JSON.parse(readFileSync(path, "utf8")).packages;
}

/**
 * Tells whether npm has installed all that the lock file names, by the record that npm keeps inside node_modules.
 * Packages for other platforms are optional and may be missing.
 */
function isInstalled() {
  const record = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(record)) return false;
  const installed = readLockedPackages(record);
  const { "": _project, ...wantedPackages } = readLockedPackages(join(root, "package-lock.json"));
  return Object.entries(wantedPackages).every(([path, wanted]) => {
    const found = installed[path];
    if (found === undefined) return wanted.optional === true;
    return found.version === wanted.version && (wanted.integrity ?? found.integrity) === found.integrity;
  });
}

/** Tells whether the process that holds the lock has died without letting go. */
function isLockAbandoned() {
  try {
    process.kill(Number(readFileSync(installLock, "utf8")), 0);
    return false;
  } catch (error) {
    // EPERM: the holder lives, under another user. ENOENT: it has just let go.
    return /** @type {NodeJS.ErrnoException} */ (error).code === "ESRCH";
  }
}

/** Takes the lock, or returns `false` when another start holds it. */
function takeInstallLock() {
  const own = `${installLock}.${process.pid}`;
  // A hard link appears together with its content, so no one ever reads a lock without its holder in it.
  writeFileSync(own, String(process.pid));
  try {
    linkSync(own, installLock);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EEXIST") throw error;
    return false;
  } finally {
    rmSync(own);
  }
}

/** Runs `npm ci` with its output on stderr; the same npm that started this, where there is one. */
async function runNpmCi() {
  process.stderr.write("Installing what package-lock.json names (npm ci) …\n");
  const npmScript = process.env.npm_execpath;
  const [command, ...first] = npmScript === undefined ? ["npm"] : [process.execPath, npmScript];
  // The pinned runtimes are development dependencies, and `npm run -s` would silence the reason of a failure.
  const options = ["ci", "--include=dev", "--include=optional", "--no-audit", "--no-fund", "--loglevel=error"];
  const child = spawn(/** @type {string} */ (command), [...first, ...options], { cwd: root, stdio: ["ignore", 2, 2] });
  const code = await new Promise((resolve, reject) => child.once("error", reject).once("exit", resolve));
  if (code !== 0) refuse("npm ci failed, see above. Mend that, then start again; nothing else was changed.");
}

/** Installs unless it is done; when another start is at it, waits for that one. */
async function ensureInstalled() {
  let brokeOff = false;
  while (existsSync(installLock) || brokeOff || !isInstalled()) {
    if (takeInstallLock()) {
      if (brokeOff || !isInstalled()) await runNpmCi();
      if (!isInstalled()) refuse("npm ci ended well, yet node_modules does not match package-lock.json.");
      brokeOff = false;
      rmSync(installLock);
    } else if (isLockAbandoned()) {
      // Install scripts may have been cut short, which npm's record does not show.
      brokeOff = true;
      rmSync(installLock, { force: true });
    } else {
      await sleep(200);
    }
  }
}

/**
 * Stops the program when the shell that npm has started it in is gone: that shell does not pass on the signal with which
 * npm, and so whoever stops npm, ends it. @param {import("node:child_process").ChildProcess} child
 */
function stopWithShell(child) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const shell = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(timer);
    child.kill("SIGTERM");
  }, 500);
  timer.unref();
}

/** Runs the program in place of this process, as far as signals and the exit code go. @param {string} name @param {string[]} args */
function runProgram(name, args) {
  const path = join(root, "node_modules", ".bin", name);
  if (!existsSync(path)) {
    refuse(`${path} is missing though its package is installed: allow install scripts, run npm ci, then start again.`);
  }
  const child = spawn(path, args, { stdio: "inherit" });
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    // A terminal sends Ctrl-C to the whole group: passed on, the program would see it twice.
    process.on(signal, () => (signal === "SIGINT" && process.stdin.isTTY ? undefined : child.kill(signal)));
  }
  stopWithShell(child);
  child.once("error", (error) => refuse(`Cannot run ${path}: ${error.message}.`));
  child.once("exit", (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

const [program, ...programArguments] = process.argv.slice(2);
if (Number(process.versions.node.split(".")[0]) < oldestNodeMajor) {
  refuse(`Node ${process.versions.node} is too old: Dispatch is set up with Node ${oldestNodeMajor} or newer.`);
}
if (program === undefined) refuse("Usage: node scripts/ready.mjs PROGRAM [ARGUMENT…]");
await ensureInstalled();
runProgram(program, programArguments);
