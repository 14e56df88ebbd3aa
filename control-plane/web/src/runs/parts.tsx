import type { ReactNode } from 'react';
import type { Part, Source } from '../api/runs.ts';
import { Badge } from '../ui/badge.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { plural } from '../ui/format.ts';
import { Says } from './says.tsx';

interface BlockProps {
  readonly title: string;
  readonly who?: Source | undefined;
  readonly children: ReactNode;
}

/** One block of what a run was composed of, with the mark of who says so. */
export function Block({ title, who, children }: BlockProps) {
  return (
    <section className="block">
      <h3>
        {title} <Says who={who} />
      </h3>
      {children}
    </section>
  );
}

/** Parts by their digests, in order. */
export function PartList({ parts, name }: { readonly parts: readonly Part[]; readonly name: string }) {
  return (
    <ol className="parts" aria-label={name}>
      {parts.map((part, index) => (
        <li key={index} className="part">
          <span className="part-name">
            {nameOf(part, index)}
            <Template part={part} />
          </span>
          <span className="number muted">{plural(part.length, 'byte')}</span>
          <code className="clip" title={part.digest}>
            {part.digest}
          </code>
          {part.salted === true ? <Badge title="Salted commitment">sealed</Badge> : <Badge tone="good">checkable</Badge>}
          <CopyButton text={part.digest} what={`digest of ${nameOf(part, index)}`} />
        </li>
      ))}
    </ol>
  );
}

const nameOf = ({ name, role, source, score }: Part, index: number): string =>
  [name, role, source, score === undefined ? undefined : `score ${score}`].filter(Boolean).join(' · ') || `part ${index + 1}`;

/** The approved template, with the variables that were found in it; their values are sealed. */
function Template({ part: { template } }: { readonly part: Part }) {
  if (template === undefined) return null;
  const { manifest, variables = [], digest } = template;
  return (
    <span className="under" title={`Template ${digest}`}>
      approved template{manifest === undefined ? '' : ` of ${manifest}`}
      {variables.length > 0 && `, with ${variables.map(({ name = '?', length }) => `${name} (${plural(length, 'byte')})`).join(', ')}`}
    </span>
  );
}
