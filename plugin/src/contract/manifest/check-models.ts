import type { Manifest, ManifestModel } from '../generated/manifest.ts';
import type { Deviation, JudgedRun } from './judge.ts';

/** Asked for and answered by, with the attempts between. A fallback is approved only where attempts before it failed. */
export function checkModels({ models, fallbacks = [] }: Manifest, { model, composition, isAnswered }: JudgedRun): Deviation[] {
  if (!models) return [];
  const attempts = composition.attempts ?? [];
  const allowed = attempts.length > 1 ? [...models, ...fallbacks] : models;
  const deviations: Deviation[] = [];
  const names = [...new Set(allowed.map(({ requested }) => requested))];
  const requested = models.filter((one) => one.requested === model.requested);
  if (requested.length === 0) {
    const kind = model.requested === undefined ? 'unproven' : 'changed';
    deviations.push(deviation('/model/requested', kind, [...new Set(models.map((one) => one.requested))], model.requested));
  }
  for (const [index, attempt] of attempts.entries()) {
    const isAllowed = [...models, ...(index > 0 ? fallbacks : [])].some(
      (one) => one.requested === attempt.model || namesOf(one).includes(attempt.model),
    );
    if (!isAllowed) deviations.push(deviation(`/composition/attempts/${index}/model`, 'changed', names, attempt.model));
  }
  const wanted = [...(requested.length > 0 ? requested : models), ...(attempts.length > 1 ? fallbacks : [])];
  const executable = [...new Set(wanted.flatMap(namesOf))];
  if (model.executed === undefined) {
    if (isAnswered) deviations.push(deviation('/model/executed', 'unproven', executable, undefined));
  } else if (!executable.includes(model.executed)) {
    deviations.push(deviation('/model/executed', 'changed', executable, model.executed));
  }
  return deviations;
}

const namesOf = ({ requested, executed }: ManifestModel): readonly string[] => executed ?? [requested];

function deviation(path: string, kind: Deviation['kind'], expected: readonly string[], found: string | undefined): Deviation {
  return { path, kind, expected, ...(found === undefined ? {} : { found }) };
}
