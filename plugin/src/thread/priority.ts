// Work on runs gives way to requests where there are fewer processors than things to do.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const NICE = 5;

/** Lowers the calling thread. On Linux a thread has a number and a priority of its own; elsewhere nothing changes. */
export function lowerThisThread(): void {
  try {
    const thread = Number(path.basename(fs.readlinkSync('/proc/thread-self')));
    if (Number.isSafeInteger(thread) && thread > 0) os.setPriority(thread, NICE);
  } catch {
    // Not Linux, or not allowed: all threads weigh the same.
  }
}
