import { useMemo } from 'react';
import { readManifests, readVerdicts, type ManifestItem, type Manifests, type VerdictCount } from '../api/trust.ts';
import { useResource } from '../api/use-resource.ts';
import type { Page } from '../api/views.ts';
import { Link } from '../route/link.tsx';
import { goBack, navigate } from '../route/navigate.ts';
import { manifestsAddress, runsAddress, sinceTime } from '../route/url.ts';
import { Badge, type Tone } from '../ui/badge.tsx';
import { Choice, SINCE_OPTIONS } from '../ui/choice.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { DaySharesPlot } from '../ui/day-shares.tsx';
import { count, percent, plural, shortId } from '../ui/format.ts';
import { useKeys } from '../ui/keys.ts';
import { figures, Listing } from '../ui/listing.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { Sparkline } from '../ui/sparkline.tsx';
import { useTitle } from '../ui/use-title.ts';
import { coverageOf, type Coverage, type ManifestFigures } from './coverage.ts';

const POLL_MS = 30_000;
/** Without a choice the API takes the 30 days before the newest run. */
const SINCE = SINCE_OPTIONS.filter(([value]) => value !== '30d');

/** What is approved, how much of the traffic that covers, and how much of it drifted, over time. */
export function ManifestsView({ since }: { readonly since: string | undefined }) {
  const { data: manifests, problem, reload } = useResource<Manifests>('manifests', readManifests, POLL_MS);
  const { data: counts } = useResource<Page<VerdictCount>>(
    manifestsAddress(since),
    (signal) => readVerdicts({ from: sinceTime(since, Date.now()) }, signal),
    POLL_MS,
  );
  const coverage = useMemo(() => counts && coverageOf(counts.items), [counts]);
  useTitle('Manifests');
  useKeys({ Escape: () => goBack(runsAddress()) });
  return (
    <>
      <section className="filters" aria-label="Filters">
        <h1 className="page-title">Manifests</h1>
        <Choice label="Judged" all="last 30 days" value={since} options={SINCE} onChoose={(value) => navigate(manifestsAddress(value))} />
        {manifests && <SetOf manifests={manifests} />}
      </section>
      {manifests === undefined ? (
        problem ? (
          <ProblemNote problem={problem} retry={reload} />
        ) : (
          <Skeleton rows={5} label="Loading the manifests" />
        )
      ) : (
        <>
          {problem && <ProblemNote problem={problem} slim />}
          {coverage && <Covered coverage={coverage} />}
          <List manifests={manifests.items} coverage={coverage} />
        </>
      )}
    </>
  );
}

function SetOf({ manifests: { set, signature } }: { readonly manifests: Manifests }) {
  return (
    <span className="hint">
      <Badge tone={signature === undefined ? 'plain' : 'good'}>{signature === undefined ? 'set not signed' : 'set signed'}</Badge>{' '}
      <span className="mono" title={`Digest of all manifests: ${set}`}>
        {set.slice(0, 10)}
      </span>{' '}
      <CopyButton text={set} what="digest of the set" />
    </span>
  );
}

function Covered({ coverage: { runs, covered, drifted, byDay } }: { readonly coverage: Coverage }) {
  if (runs === 0) return <p className="nothing">No run was judged in this time.</p>;
  return (
    <section className="card" aria-labelledby="coverage-title">
      <h2 id="coverage-title">Coverage and drift</h2>
      <p>
        <strong>{percent(covered / runs)}</strong> of {plural(runs, 'run')} covered by a manifest,{' '}
        <Link href={runsAddress({ verdict: 'undeclared' })}>{count(runs - covered)} by none</Link>;{' '}
        <strong>{covered === 0 ? '–' : percent(drifted / covered)}</strong> of the covered ones{' '}
        <Link href={runsAddress({ verdict: 'drifted' })}>drifted</Link>
      </p>
      <DaySharesPlot days={byDay} names={['covered', 'drifted']} note="of the covered ones" />
    </section>
  );
}

function List({ manifests, coverage }: { readonly manifests: readonly ManifestItem[]; readonly coverage: Coverage | undefined }) {
  const gone = coverage?.manifests.filter(({ name }) => !manifests.some(({ id }) => id === name)) ?? [];
  if (manifests.length === 0 && gone.length === 0)
    return (
      <p className="nothing">
        No manifest is in force, so every run is undeclared. Make a first one out of a run that is known to be good:{' '}
        <code>clew manifest init --from RUN</code>
      </p>
    );
  const figuresOf = (name: string) => coverage?.manifests.find((one) => one.name === name);
  return (
    <Listing
      label="Manifests"
      className="manifests-table"
      columns={['Manifest', 'What a gateway does', figures('Runs'), figures('Drifted'), 'Drift by day']}
    >
      {manifests.map((item) => (
        <Row key={item.id} name={item.id} item={item} figures={figuresOf(item.id)} />
      ))}
      {gone.map((figures) => (
        <Row key={figures.name} name={figures.name} item={undefined} figures={figures} />
      ))}
    </Listing>
  );
}

const ENFORCE: Readonly<Record<string, readonly [string, Tone]>> = {
  observe: ['observes', 'plain'],
  warn: ['warns', 'warn'],
  block: ['blocks', 'bad'],
};

interface RowProps {
  readonly name: string;
  /** Undefined for one that judged runs of this time and is not in force any more. */
  readonly item: ManifestItem | undefined;
  readonly figures: ManifestFigures | undefined;
}

function Row({ name, item, figures }: RowProps) {
  const { enforce = 'observe', unjudged, match } = item?.manifest ?? {};
  const [does = enforce, tone = 'plain'] = ENFORCE[enforce] ?? [];
  const runs = figures?.runs ?? 0;
  const earlier = figures?.revisions.filter((revision) => revision !== item?.revision) ?? [];
  return (
    <li className="row">
      <div className="manifest-name">
        <strong>{name}</strong> {item && <span className="mono muted">{item.revision}</span>}{' '}
        {item ? (
          <span className="muted" title={`SHA-256 ${item.digest}`}>
            {shortId(item.digest, 8)}
          </span>
        ) : (
          <Badge tone="warn">not in force any more</Badge>
        )}
        {item && <span className="under">{[placesOf(match), ...saysOf(item.manifest)].join('; ')}</span>}
        {earlier.length > 0 && <span className="under">judged also as {earlier.slice(0, 3).join(', ')}</span>}
      </div>
      <div>
        {item && <Badge tone={tone}>{does}</Badge>} {unjudged === 'refuse' && <Badge tone="warn">also what cannot be read</Badge>}
      </div>
      <div className="number">
        {count(runs)} <span className="narrow-only">runs</span>
      </div>
      <div className="number">
        {runs === 0 ? '–' : percent((figures?.drifted ?? 0) / runs)} <span className="narrow-only">drifted</span>
        {runs > 0 && <span className="under">{count(figures?.drifted ?? 0)}</span>}
      </div>
      <div className="cell-drift">{figures && <Sparkline values={figures.byDay} />}</div>
    </li>
  );
}

/** What it speaks of; of the rest its verdicts say nothing. */
const saysOf = ({ instructions, models, tools }: ManifestItem['manifest']): string[] =>
  [
    instructions && plural(instructions.length, 'template'),
    models && plural(models.length, 'model'),
    tools && plural(tools.allowed.length, 'tool'),
  ].filter((part) => part !== undefined);

/** Where a manifest holds, in words. */
function placesOf(match: ManifestItem['manifest']['match']): string {
  const named = Object.entries(match ?? {}).flatMap(([kind, value]) =>
    Array.isArray(value) ? [`${kind} ${value.join(', ')}`] : [`${kind} ${Object.keys(value as object).join(', ')}`],
  );
  return named.length === 0 ? 'every run' : named.join('; ');
}
