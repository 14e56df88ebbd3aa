import { plural } from '../ui/format.ts';
import type { Turn } from '../thread/turns.ts';
import type { Kind } from './kind.ts';

interface ConsequenceProps {
  readonly kind: Kind;
  readonly turns: readonly Turn[];
  readonly index: number;
  readonly isReady: boolean;
}

/** What a repair will change, before it is made. */
export function Consequence({ kind, turns, index, isReady }: ConsequenceProps) {
  const leaving = kind === 'merge' ? turns : kind === 'split' ? turns.slice(index) : turns.slice(index, index + 1);
  const staying = turns.length - leaving.length;
  const requests = leaving.reduce((sum, { calls }) => sum + 1 + calls.length, 0);
  const what = `${plural(leaving.length, 'turn')} (${plural(requests, 'request')})`;
  return (
    <p className="consequence" aria-live="polite">
      {kind === 'merge' &&
        (isReady
          ? `All ${what} move into the chosen thread; this one is gone, its address leads there.`
          : 'Choose the thread it goes on with.')}
      {kind === 'split' && `${what} become a thread of their own; ${plural(staying, 'turn')} stay here.`}
      {kind === 'move' &&
        (isReady ? `${what} move into the chosen thread; ${plural(staying, 'turn')} stay here.` : 'Choose where it belongs.')}
      {kind === 'free' && `${what} become a thread of their own; ${plural(staying, 'turn')} stay here.`} It can be undone, stands in the
      audit log, and teaches the linker’s calibration.
    </p>
  );
}
