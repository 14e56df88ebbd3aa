// What changed at a moment, as when an alert began: runs before it against runs after it, by what they were composed of.
// Counts of runs that have a value, so that one run more or less is no finding.
import { canonicalize } from '#contract';
import { twoSided } from '../kernel/index.ts';
import type { StoredRun } from './ports.ts';

export interface Share {
  readonly runs: number;
  /** Of all runs on that side, 0…1. */
  readonly share: number;
}

export interface Change {
  /** JSON pointer into the record, tools by name; /verdict and /manifest for the judgement. */
  readonly path: string;
  /** Name, number or digest; null: the field is absent. */
  readonly value: string | null;
  /** appeared, gone: on one side only. */
  readonly kind: 'appeared' | 'gone' | 'more' | 'less';
  readonly before: Share;
  readonly after: Share;
  /** How likely so large a difference is by chance: two-sided, for two shares. */
  readonly p: number;
  /** First run after the moment that has the value, where one has. */
  readonly firstMs: number | null;
  /** Two runs to compare: the last before that is not as the first after. */
  readonly example: { readonly a: string; readonly b: string } | null;
}

/** Less likely than this by chance. Many values are looked at, so the bar is high. */
const MOST_P = 0.001;
const MOST_SHOWN = 100;
/** Fields of which every run has its own value say nothing. */
const MOST_VALUES = 200;

/** The largest differences first. @param before newest first, as listed @param after the same */
export function changesBetween(before: readonly StoredRun[], after: readonly StoredRun[]): readonly Change[] {
  const [left, right] = [before.map(featuresOf), after.map(featuresOf)];
  const paths = new Set([...left, ...right].flatMap((features) => [...features.keys()]));
  return [...paths]
    .flatMap((path) => changesAt(path, { runs: before, features: left }, { runs: after, features: right }))
    .sort((a, b) => Math.abs(b.after.share - b.before.share) - Math.abs(a.after.share - a.before.share) || (a.path < b.path ? -1 : 1))
    .slice(0, MOST_SHOWN);
}

type Features = ReadonlyMap<string, string>;

interface Side {
  readonly runs: readonly StoredRun[];
  readonly features: readonly Features[];
}

function changesAt(path: string, before: Side, after: Side): Change[] {
  const valuesOf = ({ features }: Side) => features.map((one) => one.get(path) ?? null);
  const [left, right] = [valuesOf(before), valuesOf(after)];
  const values = new Set([...left, ...right]);
  if (values.size > MOST_VALUES) return [];
  return [...values].flatMap((value): Change[] => {
    const [was, is] = [countOf(left, value), countOf(right, value)];
    const p = chanceOf(was, left.length, is, right.length);
    if (p > MOST_P) return [];
    const first = right.lastIndexOf(value);
    const other = left.findIndex((one) => one !== value);
    const [a, b] = [before.runs[other], after.runs[first]];
    return [
      {
        path,
        value,
        kind: was === 0 ? 'appeared' : is === 0 ? 'gone' : is / right.length > was / left.length ? 'more' : 'less',
        before: { runs: was, share: was / left.length },
        after: { runs: is, share: is / right.length },
        p,
        firstMs: b?.atMs ?? null,
        example: a && b ? { a: a.id, b: b.id } : null,
      },
    ];
  });
}

const countOf = (values: readonly (string | null)[], value: string | null): number => values.filter((one) => one === value).length;

/** Two-sided p of the pooled test of two proportions. */
function chanceOf(a: number, ofA: number, b: number, ofB: number): number {
  if (ofA === 0 || ofB === 0) return 1;
  const pooled = (a + b) / (ofA + ofB);
  const spread = Math.sqrt(pooled * (1 - pooled) * (1 / ofA + 1 / ofB));
  return spread === 0 ? 1 : twoSided(Math.abs(a / ofA - b / ofB) / spread, ofA + ofB - 2);
}

/** What two runs of one build and configuration have in common. Salted commitments differ for equal texts, so of texts their template counts, else how long they are. */
function featuresOf({ record, judgement }: StoredRun): Features {
  const { model, parameters, composition } = record;
  const found = new Map<string, string>();
  const set = (path: string, value: unknown): void => {
    if (value !== undefined && value !== null) found.set(path, typeof value === 'string' ? value : canonicalize(value));
  };
  set('/verdict', judgement.verdict);
  if (judgement.manifest) set('/manifest', `${judgement.manifest.name} ${judgement.manifest.revision}`);
  set('/dialect', record.dialect);
  set('/model/requested', model.requested);
  set('/model/executed', model.executed);
  set('/model/evidence', model.evidence);
  set('/model/fingerprint', model.fingerprint);
  for (const [name, value] of Object.entries(parameters)) set(`/parameters/${name}`, value);
  set('/history/truncated', String(record.history.truncated));
  for (const [index, part] of (composition.instructions ?? []).entries())
    set(`/composition/instructions/${index}`, part.template ? `template ${part.template.digest}` : `${part.length} bytes`);
  set('/composition/instructions', `${composition.instructions?.length ?? 0} parts`);
  for (const tool of composition.tools ?? []) set(`/composition/tools/${tool.name ?? tool.digest}`, tool.digest);
  set('/composition/context', [...new Set((composition.context ?? []).map(({ source }) => source ?? 'unknown'))].sort().join(', '));
  set('/composition/responseFormat', composition.responseFormat?.digest);
  set('/composition/routing', composition.routing?.digest);
  set('/composition/upstream', composition.upstream?.read);
  set('/composition/variant', composition.variant);
  set('/composition/attempts', composition.attempts ? `${composition.attempts.length} attempts` : undefined);
  return found;
}
