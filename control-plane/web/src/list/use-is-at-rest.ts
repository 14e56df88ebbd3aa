import { useCallback, useEffect, useRef, type RefObject } from 'react';

/** How long a pointer must lie still before rows may move under it. */
const STILL_MS = 1500;
const TOP_PX = 40;

/** True while rows may move: the reader is at the top, has nothing in the list focused, and does not aim at a row. */
export function useIsAtRest(list: RefObject<HTMLElement | null>): () => boolean {
  const movedAt = useRef(-STILL_MS);
  useEffect(() => {
    const onMove = (event: PointerEvent): void => {
      if (event.target instanceof Node && list.current?.contains(event.target) === true) movedAt.current = performance.now();
    };
    document.addEventListener('pointermove', onMove, { passive: true });
    return () => document.removeEventListener('pointermove', onMove);
  }, [list]);
  return useCallback(
    () => scrollY < TOP_PX && performance.now() - movedAt.current >= STILL_MS && list.current?.contains(document.activeElement) !== true,
    [list],
  );
}
