// Says of each instruction which declared template it is from. Done where the text is known: afterwards only commitments
// are left, which show nothing of a text with variables in it.
import type { Composition, CompositionPart } from '../generated/sample.ts';
import { isTextOf } from './check-instructions.ts';
import type { CompiledManifest, ManifestSet } from './compile.ts';
import { coveringManifests, type RunPlace } from './cover.ts';
import { matchTemplate } from './template.ts';

/** A salted commitment to a text, with its salt. */
export type CommitTo = (text: string) => CompositionPart;

/**
 * For gateways: the composition with `declared`, and `template` on each instruction that is from a template of a manifest
 * that covers the run.
 *
 * @param texts texts of the instructions, in the order of `composition.instructions`
 */
export function declareTemplates(
  composition: Composition,
  texts: readonly string[],
  set: ManifestSet,
  place: RunPlace,
  commit: CommitTo,
): Composition {
  const covering = coveringManifests(set, place);
  const instructions = composition.instructions?.map((part, index) => {
    const text = texts[index]?.toWellFormed();
    return text === undefined ? part : withTemplate(part, covering, text, commit);
  });
  return {
    ...composition,
    declared: { set: set.digest, manifests: covering.slice(0, 32).map(({ manifest }) => manifest.name) },
    ...(instructions ? { instructions } : {}),
  };
}

function withTemplate(part: CompositionPart, covering: readonly CompiledManifest[], text: string, commit: CommitTo): CompositionPart {
  for (const { manifest, instructions } of covering) {
    for (const { role, template } of instructions ?? []) {
      if (role !== undefined && part.role !== undefined && role !== part.role) continue;
      const match = matchTemplate(template, text);
      if (!match) continue;
      const variables = match.variables.slice(0, 64).map(({ name, value }) => ({ ...commit(value), name }));
      return { ...part, template: { digest: template.digest, manifest: manifest.name, ...(variables.length > 0 ? { variables } : {}) } };
    }
  }
  return part;
}

/** For receivers that hold salts but no texts: the same for templates without variables, by opening the commitment. */
export function openTemplates(composition: Composition, set: ManifestSet, place: RunPlace): Composition {
  const covering = coveringManifests(set, place);
  const constants = covering.flatMap(({ manifest, instructions }) =>
    (instructions ?? [])
      .filter(({ template }) => template.variables.length === 0)
      .map((declared) => ({ ...declared, manifest: manifest.name })),
  );
  if (constants.length === 0 || !composition.instructions) return composition;
  const instructions = composition.instructions.map((part) => {
    if (part.template) return part;
    const found = constants.find(
      ({ role, template }) => (role === undefined || part.role === undefined || role === part.role) && isTextOf(part, template.text),
    );
    return found ? { ...part, template: { digest: found.template.digest, manifest: found.manifest } } : part;
  });
  return { ...composition, instructions };
}
