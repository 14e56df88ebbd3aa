// Queues leave before the process ends. The launcher sees to that; under another plugin server the plugin does.
import { lifetime, runBeforeExit } from './lifetime.ts';

const FLUSH_LIMIT_MS = 2000;

export function endOnSignals(): void {
  const life = lifetime();
  if (life.handlesSignals) return;
  life.handlesSignals = true;
  process.once('SIGTERM', () => {
    void runBeforeExit(FLUSH_LIMIT_MS).then(() => process.exit(0));
  });
}
