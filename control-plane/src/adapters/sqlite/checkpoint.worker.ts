// Carries what stands in the write-ahead log over into the file, on a connection of its own, which never writes otherwise.
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

/** What is written while one pass runs is left to the next, which is shorter; several in a row usually meet a moment of rest. */
const MOST_PASSES = 4;

const database = new DatabaseSync(workerData as string, { timeout: 0 });
database.exec('PRAGMA synchronous = FULL');
const pass = database.prepare('PRAGMA wal_checkpoint(PASSIVE)');

parentPort?.on('message', (message: 'go' | 'end') => {
  if (message === 'end') {
    database.close();
    parentPort?.close();
    return;
  }
  for (let passes = 0; passes < MOST_PASSES; passes += 1) {
    const { busy, log, checkpointed } = pass.get() ?? {};
    if (busy === 1 || log === checkpointed) break;
  }
  parentPort?.postMessage('done');
});
