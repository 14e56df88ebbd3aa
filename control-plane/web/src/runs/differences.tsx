import type { Difference } from '../api/runs.ts';
import { Badge, type Tone } from '../ui/badge.tsx';

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
          <Row key={index} difference={difference} />
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

function Row({ difference: { path, kind, a, b, expected, found } }: { readonly difference: Difference }) {
  return (
    <tr>
      <th scope="row">
        <span className="diff-path">{readable(path)}</span> <Badge tone={TONES[kind]}>{kind}</Badge>
      </th>
      <td>{valueOf(a ?? expected)}</td>
      <td>{valueOf(b ?? found)}</td>
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

function valueOf(value: unknown) {
  if (value === undefined) return <span className="muted">not there</span>;
  return <code>{typeof value === 'string' ? value : JSON.stringify(value, null, 1)}</code>;
}
