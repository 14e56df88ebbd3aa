// Was a run what was approved? Pure, so that gateway and control plane judge alike and anyone can judge again later.
import type { Sample } from '../generated/sample.ts';
import { checkContext, checkParameters, checkResponseFormat, checkVariant } from './check-request.ts';
import { checkInstructions } from './check-instructions.ts';
import { checkModels } from './check-models.ts';
import { checkTools } from './check-tools.ts';
import type { CompiledManifest, ManifestSet } from './compile.ts';
import { coveringManifests, type RunPlace } from './cover.ts';
import { ASPECTS, UNDECLARED, type JudgedRun, type Judgement } from './judgement.ts';

/**
 * Several manifests can cover a run equally closely: it is matched when it matches one of them, else the one that it
 * differs from least says where.
 */
export function judgeRun(set: ManifestSet, place: RunPlace, run: JudgedRun): Judgement {
  let closest: Judgement | undefined;
  const known = asLookedAt(set, run);
  for (const compiled of coveringManifests(set, place)) {
    const judgement = judgeAgainst(compiled, known);
    if (judgement.verdict === 'matched') return judgement;
    if (!closest || judgement.differences.length < closest.differences.length) closest = judgement;
  }
  return closest ?? UNDECLARED;
}

/** A gateway that knew other manifests did not look for the templates of these: that it found none says nothing. */
function asLookedAt({ digest }: ManifestSet, run: JudgedRun): JudgedRun {
  const { declared, ...composition } = run.composition;
  return declared === undefined || declared.set === digest ? run : { ...run, composition };
}

export function judgeAgainst(compiled: CompiledManifest, run: JudgedRun): Judgement {
  const { manifest, digest } = compiled;
  const differences = [
    ...checkInstructions(compiled, run.composition),
    ...checkModels(manifest, run),
    ...checkTools(compiled, run.composition.tools ?? []),
    ...checkParameters(manifest, run.parameters),
    ...checkContext(manifest, run.composition.context ?? []),
    ...checkResponseFormat(manifest, run.composition.responseFormat),
    ...checkVariant(manifest, run.composition.variant),
  ];
  return {
    verdict: differences.length === 0 ? 'matched' : 'drifted',
    manifest: { name: manifest.name, revision: manifest.revision, digest },
    checked: ASPECTS.filter((aspect) => manifest[aspect] !== undefined),
    differences,
  };
}

/** What of a sample is judged. Attempts that failed have no answer, and so no model that ran. */
export function judgedRunOf(sample: Pick<Sample, 'model' | 'parameters' | 'composition'>): JudgedRun {
  const { model = { evidence: 'unknown' }, parameters = {}, composition = {} } = sample;
  return { model, parameters, composition, isAnswered: composition.output !== undefined || model.executed !== undefined };
}

/** Where a sample came in, as its gateway says. */
export function placeOfSample({ gateway, composition }: Pick<Sample, 'gateway' | 'composition'>): RunPlace {
  return { route: gateway?.route, service: gateway?.service, consumer: gateway?.consumer, found: composition?.declared?.manifests };
}
