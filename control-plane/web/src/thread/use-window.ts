import { useEffect, useState, type RefObject } from 'react';

const BEYOND = 8;

/** Which rows of equal height are in sight of a scrolling box, with some beyond at both ends. */
export function useWindow(
  box: RefObject<HTMLElement | null>,
  total: number,
  rowPx: number,
): { readonly first: number; readonly last: number } {
  const [range, setRange] = useState({ top: 0, height: 900 });
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const measure = (): void =>
      setRange((current) =>
        current.top === element.scrollTop && current.height === element.clientHeight
          ? current
          : { top: element.scrollTop, height: element.clientHeight },
      );
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener('scroll', measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', measure);
    };
  }, [box]);
  const first = Math.max(0, Math.min(total, Math.floor(range.top / rowPx)) - BEYOND);
  return { first, last: Math.min(total, Math.ceil((range.top + range.height) / rowPx) + BEYOND) };
}
