import { count } from '../ui/format.ts';

interface SuppressedProps {
  readonly figures: 'exact' | 'released';
  readonly minUsers: number;
  /** Noisy count from which a topic shows on a day. */
  readonly threshold?: number | undefined;
}

/** Says at the place where they would stand that smaller topics are held back. */
export function Suppressed({ figures, minUsers, threshold }: SuppressedProps) {
  return (
    <p className="suppressed" role="note">
      <span aria-hidden="true">▒▒▒▒</span> Held back: topics of fewer than {count(minUsers)} people
      {figures === 'released' && threshold !== undefined && `, and days on which the noisy count is below ${count(threshold)}`}. They could
      point to a person.
    </p>
  );
}
