import { useEffect, useRef } from 'react';

interface OlderProps {
  readonly isLoading: boolean;
  readonly onLoad: () => void;
  readonly text: string;
}

/** Loads the next page when it comes into sight; also a button, for those who do not scroll. */
export function Older({ isLoading, onLoad, text }: OlderProps) {
  const button = useRef<HTMLButtonElement>(null);
  const latest = useRef(onLoad);
  useEffect(() => {
    latest.current = onLoad;
  });
  useEffect(() => {
    if (button.current === null) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) latest.current();
      },
      { rootMargin: '400px' },
    );
    observer.observe(button.current);
    return () => observer.disconnect();
  }, [isLoading]);
  return (
    <button ref={button} type="button" className="button older" onClick={onLoad} disabled={isLoading}>
      {isLoading ? 'Loading …' : text}
    </button>
  );
}
