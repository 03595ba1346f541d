/** Makes the names in a directory durable. */
import { open } from "node:fs/promises";

/** Syncs `directory`, so that new, renamed and removed names survive a loss of power. */
export async function syncDirectory(directory: string): Promise<void> {
  // Windows opens no directories; NTFS journals names by itself.
  if (process.platform === "win32") return;
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
