import { Link } from '../route/link.tsx';
import { dateTime } from './format.ts';

interface FilterChipProps {
  readonly text: string;
  /** The page without the filter. */
  readonly href: string;
}

/** A filter that no control shows, and the way to be rid of it. */
export const FilterChip = ({ text, href }: FilterChipProps) => (
  <Link className="chip" href={href} aria-label={`Remove filter ${text}`}>
    {text} <span aria-hidden="true">×</span>
  </Link>
);

/** A time of the address, which anybody may have written. */
export const filterTime = (value: string): string => (Number.isNaN(Date.parse(value)) ? value : dateTime(value));
