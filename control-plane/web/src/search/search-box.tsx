import { useEffect, useId, useRef, useState, type KeyboardEvent, type RefObject } from 'react';
import { goBack, navigate } from '../route/navigate.ts';
import { listAddress, searchAddress } from '../route/url.ts';
import { moveRowFocus } from '../ui/row-focus.ts';
import { CompletionList, optionId } from './completion-list.tsx';
import { completed, completionsOf, type Completion } from './completions.ts';
import { useModels } from './use-models.ts';

interface SearchBoxProps {
  /** What the address says. */
  readonly q: string;
  readonly isResultShown: boolean;
  readonly inputRef: RefObject<HTMLInputElement | null>;
}

const TYPING_MS = 250;

/** One box for words, ids and filters, which it offers while one is typed. Results follow the typing; the address follows the results. */
export function SearchBox({ q, isResultShown, inputRef }: SearchBoxProps) {
  const [draft, setDraft] = useState(q);
  const [shownFor, setShownFor] = useState(q);
  /** Only what is being typed is completed: not what a link or the address brought. */
  const [isTyping, setIsTyping] = useState(false);
  const [active, setActive] = useState(-1);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const listId = useId();
  const models = useModels(isTyping && /(?:^|\s)model:\S*$/i.test(draft));
  const offered = isTyping ? completionsOf(draft, models, Date.now()) : [];
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
    setIsTyping(true);
    setActive(-1);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => show(text), TYPING_MS);
  };
  const pick = (item: Completion): void => change(completed(draft, item));
  const isListKey = (event: KeyboardEvent<HTMLInputElement>): boolean => {
    if (offered.length === 0) return false;
    const chosen = offered[active];
    if (event.key === 'Escape') setIsTyping(false);
    else if (event.key === 'ArrowDown') setActive((active + 1) % offered.length);
    else if (event.key === 'ArrowUp') setActive((active <= 0 ? offered.length : active) - 1);
    else if ((event.key === 'Enter' || event.key === 'Tab') && chosen !== undefined) pick(chosen);
    else return false;
    return true;
  };
  const onKey = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (isListKey(event)) {
      event.preventDefault();
      event.stopPropagation();
    } else if (event.key === 'Escape') {
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
        setIsTyping(false);
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
        aria-autocomplete="list"
        aria-controls={offered.length > 0 ? listId : undefined}
        aria-activedescendant={offered[active] === undefined ? undefined : optionId(listId, active)}
        spellCheck={false}
        maxLength={2000}
        value={draft}
        onChange={(event) => change(event.target.value)}
        onKeyDown={onKey}
        onBlur={() => setIsTyping(false)}
      />
      <kbd className="search-key" aria-hidden="true">
        /
      </kbd>
      {offered.length > 0 && <CompletionList id={listId} items={offered} active={active} onPick={pick} />}
    </form>
  );
}
