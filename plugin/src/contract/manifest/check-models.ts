import type { Manifest, ManifestModel } from '../generated/manifest.ts';
import type { Composition } from '../generated/sample.ts';
import type { Deviation, JudgedRun } from './judgement.ts';

/** Asked for and answered by, with the attempts between. A fallback is approved only where every attempt before it failed. */
export function checkModels({ models, fallbacks = [] }: Manifest, { model, composition, isAnswered }: JudgedRun): Deviation[] {
  if (!models) return [];
  const attempts = composition.attempts ?? [];
  const fellBack = attempts.length > 1 && hasFailed(attempts.slice(0, -1));
  const deviations: Deviation[] = [];
  const requested = models.filter((one) => one.requested === model.requested);
  if (requested.length === 0) {
    const kind = model.requested === undefined ? 'unproven' : 'changed';
    deviations.push(deviation('/model/requested', kind, [...new Set(models.map((one) => one.requested))], model.requested));
  }
  for (const [index, attempt] of attempts.entries()) {
    const allowed = [...models, ...(index > 0 && hasFailed(attempts.slice(0, index)) ? fallbacks : [])];
    if (allowed.some((one) => one.requested === attempt.model || namesOf(one).includes(attempt.model))) continue;
    const names = [...new Set(allowed.map((one) => one.requested))];
    deviations.push(deviation(`/composition/attempts/${index}/model`, 'changed', names, attempt.model));
  }
  const wanted = [...(requested.length > 0 ? requested : models), ...(fellBack ? fallbacks : [])];
  const executable = [...new Set(wanted.flatMap(namesOf))];
  if (model.executed === undefined) {
    const isAllowed = wanted.some(({ unproven }) => unproven === 'allow');
    if (isAnswered && !isAllowed) deviations.push(deviation('/model/executed', 'unproven', executable, undefined));
  } else if (!executable.includes(model.executed)) {
    deviations.push(deviation('/model/executed', 'changed', executable, model.executed));
  }
  return deviations;
}

/** By status or by reason; an attempt of which nothing is known did not show that it failed. */
const hasFailed = (attempts: NonNullable<Composition['attempts']>): boolean =>
  attempts.every(({ status, reason }) => reason !== undefined || (status !== undefined && status >= 400));

const namesOf = ({ requested, executed }: ManifestModel): readonly string[] => executed ?? [requested];

function deviation(path: string, kind: Deviation['kind'], expected: readonly string[], found: string | undefined): Deviation {
  return { path, kind, expected, ...(found === undefined ? {} : { found }) };
}
