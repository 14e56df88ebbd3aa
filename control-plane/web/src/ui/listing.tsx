import type { ReactNode, Ref } from 'react';

/** What stands over a column; figures stand at the right. */
export type Column = string | { readonly text: string; readonly isNumber?: boolean; readonly className?: string };

interface ListingProps {
  /** What the rows are, for those who do not see them. */
  readonly label: string;
  /** Its widths: a class that sets `--columns`. */
  readonly className?: string;
  readonly columns: readonly Column[];
  readonly list?: Ref<HTMLOListElement>;
  /** One `li` a row. */
  readonly children: ReactNode;
}

/** Rows under their heads. The heads are for eyes alone: in a list each cell has to be plain by itself, as on a phone. */
export function Listing({ label, className, columns, list, children }: ListingProps) {
  return (
    <div className={className === undefined ? 'table' : `table ${className}`}>
      <div className="columns" aria-hidden="true">
        {columns.map(columnOf).map(({ text, isNumber, className: own }) => (
          <span key={text} className={isNumber === true ? 'number' : own}>
            {text}
          </span>
        ))}
      </div>
      <ol ref={list} className="rows" aria-label={label}>
        {children}
      </ol>
    </div>
  );
}

/** A column of figures. */
export const figures = (text: string): Column => ({ text, isNumber: true });

const columnOf = (column: Column): Exclude<Column, string> => (typeof column === 'string' ? { text: column } : column);
