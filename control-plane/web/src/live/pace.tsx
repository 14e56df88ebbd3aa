import type { LiveCounts } from '../api/live.ts';
import { Badge } from '../ui/badge.tsx';
import { count, percent, plural } from '../ui/format.ts';
import { Sparkline } from '../ui/sparkline.tsx';
import { SECONDS } from './traffic.ts';

const MODELS = 4;

interface PaceProps {
  readonly counts: LiveCounts;
  readonly perSecond: readonly number[];
  /** Fewer than a minute's until it was watched for so long. */
  readonly countedSeconds: number;
}

/** The last minute in figures: how much, how much of it went wrong, and which models answered. */
export function Pace({ counts, perSecond, countedSeconds }: PaceProps) {
  const { requests, errors, blocked, models } = counts;
  const share = (part: number): string => (requests === 0 ? '' : ` · ${percent(part / requests)}`);
  return (
    <section className="live-pace" aria-label="Last minute">
      <dl className="health-figures">
        <Figure name={`Requests, last ${countedSeconds} s`}>{count(requests)}</Figure>
        <Figure name="A second">{(requests / countedSeconds).toFixed(1)}</Figure>
        <Figure name="Errors">{errors === 0 ? '0' : <Badge tone="bad">{`${count(errors)}${share(errors)}`}</Badge>}</Figure>
        <Figure name="Blocked">{blocked === 0 ? '0' : <Badge tone="warn">{`${count(blocked)}${share(blocked)}`}</Badge>}</Figure>
      </dl>
      <figure className="live-seconds">
        <Sparkline values={perSecond} />
        <figcaption>
          <span>{SECONDS} s ago</span>
          <span>at most {plural(Math.max(...perSecond), 'request')} a second</span>
          <span>now</span>
        </figcaption>
      </figure>
      {models.length > 0 && (
        <p className="live-models">
          {models.slice(0, MODELS).map(({ model, requests: some }) => (
            <span key={model ?? ''}>
              {model ?? 'no model named'} <strong>{count(some)}</strong>
            </span>
          ))}
          {models.length > MODELS && <span className="muted">and {plural(models.length - MODELS, 'other model')}</span>}
        </p>
      )}
    </section>
  );
}

const Figure = ({ name, children }: { readonly name: string; readonly children: React.ReactNode }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);
