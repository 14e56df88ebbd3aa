import type { Difference } from '../api/runs.ts';
import { Badge, type Tone } from '../ui/badge.tsx';
import { Value } from './value.tsx';

interface DifferencesProps {
  readonly differences: readonly Difference[];
  /** What the two sides are called. */
  readonly sides: readonly [string, string];
}

/** Differences by field: of two runs, or of what is declared and what ran. */
export function Differences({ differences, sides }: DifferencesProps) {
  return (
    <table className="diff">
      <thead>
        <tr>
          <th scope="col">Where</th>
          <th scope="col">{sides[0]}</th>
          <th scope="col">{sides[1]}</th>
        </tr>
      </thead>
      <tbody>
        {differences.map((difference, index) => (
          <Row key={index} difference={difference} sides={sides} />
        ))}
      </tbody>
    </table>
  );
}

const TONES: Readonly<Record<Difference['kind'], Tone>> = {
  changed: 'warn',
  added: 'good',
  removed: 'bad',
  missing: 'bad',
  unexpected: 'warn',
  unproven: 'plain',
};

interface RowProps extends Pick<DifferencesProps, 'sides'> {
  readonly difference: Difference;
}

function Row({ difference: { path, kind, a, b, expected, found }, sides }: RowProps) {
  return (
    <tr>
      <th scope="row">
        <span className="diff-path">{readable(path)}</span> <Badge tone={TONES[kind]}>{kind}</Badge>
      </th>
      <td data-side={sides[0]}>
        <Value value={a ?? expected} />
      </td>
      <td data-side={sides[1]}>
        <Value value={b ?? found} />
      </td>
    </tr>
  );
}

/** /composition/tools/0/digest -> composition › tools › 1 › digest */
export const readable = (pointer: string): string =>
  pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? String(Number(part) + 1) : part))
    .join(' › ');
