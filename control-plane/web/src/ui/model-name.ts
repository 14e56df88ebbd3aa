// Names of models as they are asked for and as they answer.

/** What may follow a model's name when it is the same model: a date or a build, as in -2024-08-06, @20240229, -0613. */
const SNAPSHOT = /^([-@:]\d{3,}[\d-]*(-v\d+(:\d+)?)?)?$/;

const bare = (name: string): string => name.slice(name.lastIndexOf('/') + 1).replace(/-latest$/, '');

/**
 * Which build of the model asked for answered: "-2024-08-06", '' where it answered by the name that was asked for. Undefined where
 * another model answered.
 */
export function snapshotOf(requested: string, executed: string): string | undefined {
  const [asked, answered] = [bare(requested), bare(executed)];
  if (!answered.startsWith(asked)) return undefined;
  const rest = answered.slice(asked.length);
  return SNAPSHOT.test(rest) ? rest : undefined;
}
