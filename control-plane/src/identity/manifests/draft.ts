// A first manifest out of a run that is known to be good.
import type { CompositionPart, CompositionRecord, Manifest, ManifestModel, ManifestParameter } from '#contract';

export interface Draft {
  readonly name: string;
  readonly revision: string;
  /** Where the run came in. */
  readonly route?: string | undefined;
  readonly service?: string | undefined;
  /** Texts of the instructions, where they are known: of a record only commitments are left. */
  readonly instructions?: readonly { readonly role: string | undefined; readonly text: string }[] | undefined;
}

/** What the run was composed of, as what is approved. Holds what the record shows: nothing that a person said. */
export function draftManifest({ model, parameters, composition }: CompositionRecord, draft: Draft): Manifest {
  const { route, service, instructions } = draft;
  const named = Object.entries(parameters).map(([name, value]): [string, ManifestParameter] => [
    name,
    { values: [typeof value === 'object' ? [...value] : value] },
  ]);
  return {
    version: 1,
    name: draft.name,
    revision: draft.revision,
    ...(route === undefined && service === undefined
      ? {}
      : { match: { ...(route === undefined ? {} : { routes: [route] }), ...(service === undefined ? {} : { services: [service] }) } }),
    enforce: 'observe',
    ...(instructions
      ? { instructions: instructions.map(({ role, text }) => ({ ...roleOf(role), template: `${withoutLastBreak(text)}\n` })) }
      : {}),
    ...modelsOf(model, composition),
    tools: { allowed: (composition.tools ?? []).map(({ name = '', digest }) => ({ name, digest })), order: 'any' },
    parameters: { named: Object.fromEntries(named), others: 'refuse' },
    context: { sources: sourcesOf(composition.context ?? []) },
    responseFormat: composition.responseFormat?.digest ?? 'none',
    ...(composition.variant === undefined ? {} : { variants: [composition.variant] }),
  };
}

/** The model that was asked for and answered; behind a gateway that names its deployments, those too; after a failure the fallback. */
function modelsOf(
  { requested, executed }: CompositionRecord['model'],
  { attempts = [], output }: CompositionRecord['composition'],
): Pick<Manifest, 'models' | 'fallbacks'> {
  if (requested === undefined) return {};
  // Nothing shows which model answered: a manifest that asks for proof would not match the run it was made of.
  const unproven: Pick<ManifestModel, 'unproven'> = executed === undefined && output !== undefined ? { unproven: 'allow' } : {};
  const tried = [...new Set(attempts.map(({ model }) => model))];
  const [first, ...later] = tried;
  const answered = executed === undefined ? [] : [executed];
  if (later.length === 0) return { models: [{ requested, ...namesOf(requested, [...answered, ...tried]), ...unproven }] };
  const fallbacks = later.map((name, index): ManifestModel =>
    index < later.length - 1 ? { requested: name } : { requested: name, ...namesOf(name, answered), ...unproven },
  );
  return { models: [{ requested, ...namesOf(requested, first === undefined ? [] : [first]) }], fallbacks };
}

/** Absent where nothing but the requested name is known. */
function namesOf(requested: string, names: readonly string[]): Pick<ManifestModel, 'executed'> {
  const known = [...new Set(names)];
  return known.length === 0 || (known.length === 1 && known[0] === requested) ? {} : { executed: known };
}

/** Editors end a file with a line break that the application does not send. */
export const withoutLastBreak = (text: string): string => text.replace(/\r?\n$/, '');

const roleOf = (role: string | undefined): { role?: 'system' | 'developer' } => (role === 'system' || role === 'developer' ? { role } : {});
const sourcesOf = (parts: readonly CompositionPart[]): string[] =>
  [...new Set(parts.flatMap(({ source }) => (source === undefined ? [] : [source])))].sort();
