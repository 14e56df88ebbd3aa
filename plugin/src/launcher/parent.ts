// A gateway that is killed cannot stop its plugin server, and one that starts anew starts another. Whoever loses its
// parent is handed to another process, so a parent that changed is a parent that died.

const LOOK_MS = 500;

/** Calls `orphaned` once the process that started this one is gone. Keeps no process alive. */
export function watchParent(orphaned: () => void, parentOf: () => number = () => process.ppid, everyMs = LOOK_MS): void {
  const parent = parentOf();
  // Started by the first process of a container: it has nobody above it to outlive.
  if (parent <= 1) return;
  const timer = setInterval(() => {
    if (parentOf() === parent) return;
    clearInterval(timer);
    orphaned();
  }, everyMs);
  timer.unref();
}
