import { useEffect, useRef, useState, type KeyboardEvent, type RefObject } from 'react';
import { goBack, navigate } from '../route/navigate.ts';
import { listAddress, searchAddress } from '../route/url.ts';
import { moveRowFocus } from '../ui/row-focus.ts';

interface SearchBoxProps {
  /** What the address says. */
  readonly q: string;
  readonly isResultShown: boolean;
  readonly inputRef: RefObject<HTMLInputElement | null>;
}

const TYPING_MS = 250;

/** One box for words, ids and filters. Results follow the typing; the address follows the results. */
export function SearchBox({ q, isResultShown, inputRef }: SearchBoxProps) {
  const [draft, setDraft] = useState(q);
  const [shownFor, setShownFor] = useState(q);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  // The address changed by other means than typing here.
  if (shownFor !== q) {
    setShownFor(q);
    setDraft(q);
  }
  useEffect(() => () => clearTimeout(timer.current), []);

  const show = (text: string): void => {
    clearTimeout(timer.current);
    const trimmed = text.trim();
    if (trimmed === '') {
      if (isResultShown) navigate(listAddress(), 'replace');
    } else if (trimmed !== q || !isResultShown) {
      setShownFor(trimmed);
      navigate(searchAddress(trimmed), isResultShown ? 'replace' : 'push');
    }
  };
  const change = (text: string): void => {
    setDraft(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => show(text), TYPING_MS);
  };
  const onKey = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.key === 'Escape') {
      event.preventDefault();
      inputRef.current?.blur();
      if (draft !== '' && isResultShown) goBack(listAddress());
    } else if (event.key === 'ArrowDown') {
      event.preventDefault();
      inputRef.current?.blur();
      moveRowFocus(1);
    }
  };
  return (
    <form
      role="search"
      className="search"
      onSubmit={(event) => {
        event.preventDefault();
        show(draft);
      }}
    >
      <label className="unseen" htmlFor="search">
        Search threads
      </label>
      <input
        ref={inputRef}
        id="search"
        className="search-field"
        type="search"
        dir="auto"
        placeholder="Search words, meaning, ids, model:… user:…"
        autoComplete="off"
        spellCheck={false}
        maxLength={2000}
        value={draft}
        onChange={(event) => change(event.target.value)}
        onKeyDown={onKey}
      />
      <kbd className="search-key" aria-hidden="true">
        /
      </kbd>
    </form>
  );
}
