/** Password hashing with Argon2id (RFC 9106), in the threads that the runtime has for it. */
import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import type { PasswordHasher } from "../core/capabilities.ts";
import { DispatchError } from "../core/error/mod.ts";

type Cost = Pick<Argon2Parameters, "memory" | "passes" | "parallelism">;

const cost: Cost = { memory: 65_536, passes: 3, parallelism: 1 };
const saltBytes = 16;
const hashBytes = 32;

/** Hashes at a time: each takes 64 MiB and a core, and mail goes first on a host with two of them. */
const maxRunning = 1;
/** More than these would wait longer than anybody at a browser does. */
const maxWaiting = 64;
const retryAfterSeconds = 5;

const phcForm =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;
const runArgon2 = promisify(argon2);

/**
 * Opens the hasher; one hash runs at a time, 64 wait.
 *
 * Both of its methods throw the {@link DispatchError} `sign_in_busy` when more are asked for.
 */
export function openPasswordHasher(): PasswordHasher {
  const takeTurn = turnTaker();
  const derive = (message: string, nonce: Uint8Array, tagLength: number, { memory, passes, parallelism }: Cost) =>
    takeTurn(() => runArgon2("argon2id", { message, nonce, tagLength, memory, passes, parallelism }));
  return {
    async hash(password) {
      const salt = randomBytes(saltBytes);
      return encode(cost, salt, await derive(password, salt, hashBytes, cost));
    },
    async verify(password, encoded) {
      const { salt, hash, ...costs } = decode(encoded);
      return timingSafeEqual(await derive(password, salt, hash.length, costs), hash);
    },
  };
}

function encode({ memory, passes, parallelism }: Cost, salt: Buffer, hash: Buffer): string {
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(salt)}$${unpadded(hash)}`;
}

function decode(encoded: string): Cost & { readonly salt: Buffer; readonly hash: Buffer } {
  const match = phcForm.exec(encoded);
  if (match === null) throw new TypeError("Cannot read the password's hash as a PHC string of Argon2id");
  const [, memory, passes, parallelism, salt, hash] = match as unknown as readonly string[];
  return {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    salt: Buffer.from(salt!, "base64"),
    hash: Buffer.from(hash!, "base64"),
  };
}

/** The base64 of PHC strings has no padding. */
function unpadded(bytes: Buffer): string {
  return bytes.toString("base64").replace(/=+$/, "");
}

/** Lets `maxRunning` tasks run and `maxWaiting` wait, in the order of asking. */
function turnTaker(): <Result>(task: () => Promise<Result>) => Promise<Result> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (task) => {
    if (running < maxRunning) running++;
    else if (waiting.length < maxWaiting) await new Promise<void>((resolve) => waiting.push(resolve));
    else throw new DispatchError("sign_in_busy", { retryAfterSeconds });
    try {
      return await task();
    } finally {
      // The turn goes on to the next that waits.
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}
