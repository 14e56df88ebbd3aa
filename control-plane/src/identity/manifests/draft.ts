// A first manifest out of a run that is known to be good.
import type { CompositionPart, CompositionRecord, Manifest, ManifestParameter } from '#contract';

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
  const { requested, executed } = model;
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
    ...(requested === undefined ? {} : { models: [{ requested, ...(executed === undefined ? {} : { executed: [executed] }) }] }),
    tools: { allowed: (composition.tools ?? []).map(({ name = '', digest }) => ({ name, digest })), order: 'any' },
    parameters: { named: Object.fromEntries(named), others: 'refuse' },
    context: { sources: sourcesOf(composition.context ?? []) },
    responseFormat: composition.responseFormat?.digest ?? 'none',
  };
}

/** Editors end a file with a line break that the application does not send. */
export const withoutLastBreak = (text: string): string => text.replace(/\r?\n$/, '');

const roleOf = (role: string | undefined): { role?: 'system' | 'developer' } => (role === 'system' || role === 'developer' ? { role } : {});
const sourcesOf = (parts: readonly CompositionPart[]): string[] =>
  [...new Set(parts.flatMap(({ source }) => (source === undefined ? [] : [source])))].sort();
