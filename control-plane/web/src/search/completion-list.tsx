import type { Completion } from './completions.ts';

interface CompletionListProps {
  readonly id: string;
  readonly items: readonly Completion[];
  /** -1: none. */
  readonly active: number;
  readonly onPick: (item: Completion) => void;
}

export const optionId = (list: string, index: number): string => `${list}-${index}`;

/** Under the box, of the same width. The box keeps the focus and says by `aria-activedescendant` which one is meant. */
export function CompletionList({ id, items, active, onPick }: CompletionListProps) {
  return (
    <ul className="completions" id={id} role="listbox" aria-label="Filters">
      {items.map((item, index) => (
        <li
          key={item.insert}
          id={optionId(id, index)}
          role="option"
          aria-selected={index === active}
          className={index === active ? 'completion completion-active' : 'completion'}
          // Before the box loses the focus, which would close the list.
          onMouseDown={(event) => {
            event.preventDefault();
            onPick(item);
          }}
        >
          <span className="completion-text">{item.insert.trim()}</span>
          <span className="completion-meaning">{item.meaning}</span>
        </li>
      ))}
    </ul>
  );
}
