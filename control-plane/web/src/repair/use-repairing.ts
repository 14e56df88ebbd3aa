import { useState } from 'react';
import type { Repair } from '../api/repairs.ts';
import type { ThreadDetail } from '../api/views.ts';
import { navigate } from '../route/navigate.ts';
import { threadAddress } from '../route/url.ts';

interface Repairing {
  readonly isOpen: boolean;
  readonly open: () => void;
  readonly close: () => void;
  /** Repairs made since the thread was opened. */
  readonly count: number;
  readonly repaired: (done: Repair) => void;
  readonly undone: (taken: Repair) => void;
}

/** The dialog over a thread, and where a repair leads: on to the thread that its requests are in now. */
export function useRepairing(thread: ThreadDetail, onChanged: () => void): Repairing {
  const [isOpen, setOpen] = useState(false);
  const [count, setCount] = useState(0);
  return {
    isOpen,
    open: () => setOpen(true),
    close: () => setOpen(false),
    count,
    repaired: (done) => {
      setCount((before) => before + 1);
      if (done.kind === 'merge') navigate(threadAddress({ thread: done.into }), 'replace');
      else onChanged();
    },
    undone: (taken) => {
      const [origin] = taken.from;
      // A thread that a split had made is gone again.
      if (taken.into === thread.id && taken.kind !== 'merge' && taken.moved >= thread.calls && origin !== undefined)
        navigate(threadAddress({ thread: origin }), 'replace');
      else onChanged();
    },
  };
}
