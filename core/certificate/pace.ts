/** Lets the rest of the process run while files are worked through: mail is accepted on the same thread. */
import { nextTick } from "@noble/hashes/utils.js";

/** Work that is done without a break takes so long at most, but for its last step. */
const turnMs = 10;

/** The pace of one piece of work with many steps. */
export class Pace {
  #beganMs = Date.now();

  /** To be called between two steps: lets others run once this has had its time. */
  async giveWay(): Promise<void> {
    if (Date.now() - this.#beganMs < turnMs) return;
    await nextTick();
    this.#beganMs = Date.now();
  }
}
