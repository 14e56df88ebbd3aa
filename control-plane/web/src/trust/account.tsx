import type { LogGaps, LogHealth } from '../api/trust.ts';
import { Badge, type Tone } from '../ui/badge.tsx';
import { count } from '../ui/format.ts';

interface AccountProps {
  readonly log: LogHealth;
  readonly gaps: LogGaps | undefined;
}

/** Of all runs that gateways numbered: those that are not here, by what explains them. */
export function Account({ log, gaps }: AccountProps) {
  const { missing, lost, notKept = 0, unknownEnd } = log;
  const rows: readonly (readonly [string, number, Tone, string])[] = [
    ['missing', missing, 'bad', 'nothing explains them; the newest may still be on their way'],
    ['lost', lost, 'warn', 'their gateway says so under its key, with the reason'],
    ['not kept', notKept, 'plain', 'they came in, and this server says why it does not have them'],
    ['unknown end', unknownEnd, 'warn', 'their gateway was not heard of again, as when it is killed'],
    ['repeated', gaps?.repeated ?? 0, 'bad', 'one number came with more than one run'],
    ['unproven', gaps?.unproven ?? 0, 'bad', 'a number of a signed process came without its signature'],
  ];
  return (
    <section className="card" aria-labelledby="account-title">
      <h2 id="account-title">Runs that are not here</h2>
      <dl className="account">
        {rows.map(([name, runs, tone, meaning]) => (
          <div key={name}>
            <dt>
              <Badge tone={runs === 0 ? 'plain' : tone}>{name}</Badge>
            </dt>
            <dd className="number">{count(runs)}</dd>
            <dd className="muted">{meaning}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
