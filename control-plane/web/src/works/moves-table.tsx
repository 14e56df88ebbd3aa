import type { Move } from '../api/insight.ts';
import { Badge } from '../ui/badge.tsx';
import { count, percent, words } from '../ui/format.ts';
import { IntervalBar } from '../ui/interval-bar.tsx';

interface MovesTableProps {
  readonly moves: readonly Move[];
}

const TROUBLES: Readonly<Record<string, string>> = {
  correction: 'After a correction',
  repeat: 'After the same question again',
  truncation: 'After the history was cut',
  error: 'After an error',
  blocked: 'After a guardrail block',
  thumbs_down: 'After a thumb down',
};

/** What users did after trouble, by the trouble: which of it was accepted. */
export function MovesTable({ moves }: MovesTableProps) {
  const byTrouble = Map.groupBy(moves, ({ trouble }) => trouble);
  return (
    <section aria-labelledby="moves-title">
      <h2 id="moves-title" className="findings-title">
        What helps after trouble
      </h2>
      <p className="hint">How often the answer to what the user did next was accepted.</p>
      {[...byTrouble].map(([trouble, group]) => (
        <div key={trouble} className="table works-table">
          <h3 className="moves-trouble">{TROUBLES[trouble] ?? words(trouble)}</h3>
          <ol className="rows" aria-label={TROUBLES[trouble] ?? words(trouble)}>
            {group
              .toSorted((a, b) => b.share - a.share)
              .map((move) => (
                <Row key={move.id + String(move.otherModel)} move={move} />
              ))}
          </ol>
        </div>
      ))}
    </section>
  );
}

function Row({ move }: { readonly move: Move }) {
  return (
    <li className="row">
      <div className="sequence">
        {move.move === 'left' ? 'the user left' : words(move.move)}
        {move.otherModel && <Badge>another model answered</Badge>}
        {move.isSmall && <Badge title="Fewer than 20 threads: read it with care">few</Badge>}
      </div>
      <div className="cell-interval">
        <IntervalBar {...move} value={move.share} tone={move.isSmall ? 'soft' : 'accent'} />
      </div>
      <div className="number">
        {percent(move.share)}{' '}
        <span className="under">
          {percent(move.low)}–{percent(move.high)}
        </span>
      </div>
      <div />
      <div className="number">
        {count(move.threads)} <span className="narrow-only">threads</span>
      </div>
      <div className="number">
        {count(move.users)} <span className="narrow-only">users</span>
      </div>
    </li>
  );
}
