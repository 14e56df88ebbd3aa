import { useCallback, useState } from 'react';
import type { ThreadDetail } from '../api/views.ts';
import { navigate } from '../route/navigate.ts';
import { threadAddress, type ThreadPlace } from '../route/url.ts';
import { useKeys } from '../ui/keys.ts';
import { indexOfRequest, type LinkTo, type Turn } from './turns.ts';

interface TurnChoice {
  /** Indexes in the turns that are there; `breakdown` is -1 where none broke down. */
  readonly index: number;
  readonly breakdown: number;
  readonly linkTo: LinkTo;
  readonly hrefOf: (at: number) => string;
  readonly go: (at: number) => void;
  /** On narrow screens the list of turns is shown on demand; going to a turn closes it. */
  readonly isRailOpen: boolean;
  readonly setRailOpen: (change: boolean | ((isOpen: boolean) => boolean)) => void;
}

/** Which turn is opened: that of the address, else the one at which the thread broke down, else the first. Keys step through them. */
export function useTurnChoice(thread: ThreadDetail, turns: readonly Turn[], place: ThreadPlace): TurnChoice {
  const [isRailOpen, setRailOpen] = useState(false);
  const breakdown = indexOfRequest(turns, thread.breakdown?.requestId);
  const asked = indexOfRequest(turns, place.request);
  const index = asked !== -1 ? asked : breakdown !== -1 ? breakdown : 0;
  const linkTo: LinkTo = useCallback((request) => threadAddress({ ...place, request }), [place]);
  const hrefOf = (at: number): string => linkTo(turns[at]?.head.id);
  const go = (at: number): void => {
    if (turns[at] === undefined) return;
    setRailOpen(false);
    navigate(hrefOf(at), 'replace');
  };
  useKeys({ j: () => go(index + 1), k: () => go(index - 1), b: breakdown === -1 ? undefined : () => go(breakdown) });
  return { index, breakdown, linkTo, hrefOf, go, isRailOpen, setRailOpen };
}
