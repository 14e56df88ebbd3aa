// What became different just before an incident: told deploys and policies first, then what is seen in runs themselves.
import type { Scope } from '../kernel/index.ts';
import type { ChangeSources, DeployStore } from './ports.ts';
import type { AlertChange, TimeRange } from './types.ts';

/** So long before the beginning a change may still be behind it. */
const LOOK_BACK_MS = 6 * 3_600_000;
/** Runs of this time before and after the beginning are held against each other. */
const RUN_SPAN_MS = 3_600_000;
/** So vague is the beginning of an incident. */
const VAGUE_MS = 300_000;
const MOST_OF_RUNS = 25;
const MOST_TOLD = 20;

const KINDS: readonly (readonly [prefix: string, kind: AlertChange['kind']])[] = [
  ['/model', 'model'],
  ['/composition/instructions', 'prompt'],
  ['/composition/tools', 'tools'],
  ['/parameters', 'parameters'],
  ['/composition/context', 'context'],
  ['/composition/routing', 'routing'],
  ['/composition/variant', 'routing'],
  ['/composition/attempts', 'routing'],
  ['/manifest', 'manifest'],
];

/** Which names of runs are of what was deployed, rather than of how requests went. */
const kindOf = (path: string): AlertChange['kind'] => KINDS.find(([prefix]) => path.startsWith(prefix))?.[1] ?? 'other';

export async function changesBefore(
  scope: Scope,
  incident: TimeRange,
  { changes, deploys }: { readonly changes: ChangeSources; readonly deploys: DeployStore },
): Promise<readonly AlertChange[]> {
  const range = { fromMs: incident.fromMs - LOOK_BACK_MS, toMs: incident.toMs };
  // What came after the beginning is behind nothing but the end; but when it began is known to some minutes only.
  const distance = ({ atMs }: AlertChange): number => {
    const after = (atMs ?? incident.fromMs) - incident.fromMs;
    return after <= VAGUE_MS ? Math.abs(after) : LOOK_BACK_MS + after;
  };
  const tookEffect = { how: 'took effect', share: null, example: null } as const;
  const told = (await deploys.list(scope, range, MOST_TOLD)).map(({ service, version, atMs }): AlertChange => ({
    kind: 'deploy',
    what: service,
    value: version,
    atMs,
    ...tookEffect,
  }));
  const policies = (await changes.policies(range)).map(({ version, atMs }): AlertChange => ({
    kind: 'policy',
    what: 'policy',
    value: `version ${version}`,
    atMs,
    ...tookEffect,
  }));
  const gateways = (await changes.gateways(scope, range)).map(({ id, atMs }): AlertChange => ({
    kind: 'gateway',
    what: 'gateway process',
    value: id,
    atMs,
    ...tookEffect,
  }));
  const spanMs = Math.min(RUN_SPAN_MS, Math.max(60_000, incident.toMs - incident.fromMs));
  const ofRuns = (await changes.runs(scope, { atMs: incident.fromMs, spanMs })).map(
    ({ path, value, kind, before, after, firstMs, example }): AlertChange => ({
      kind: kindOf(path),
      what: path,
      value,
      how: kind,
      atMs: firstMs,
      share: { before: before.share, after: after.share },
      example,
    }),
  );
  // The judgement of a run, and how long a history was, follow from what changed and are no change themselves.
  const ofBuild = [...ofRuns.filter(({ kind }) => kind !== 'other'), ...ofRuns.filter(({ kind }) => kind === 'other')];
  // Of what came instead of something else, what came is the news.
  const newFirst = [...ofBuild.filter(({ how }) => how === 'appeared'), ...ofBuild.filter(({ how }) => how !== 'appeared')];
  const nearestFirst = [...told, ...policies, ...gateways.slice(0, MOST_TOLD)].toSorted((a, b) => distance(a) - distance(b));
  const [around, later] = [
    nearestFirst.filter((one) => distance(one) <= LOOK_BACK_MS),
    nearestFirst.filter((one) => distance(one) > LOOK_BACK_MS),
  ];
  return [...around, ...newFirst.slice(0, MOST_OF_RUNS), ...later];
}
