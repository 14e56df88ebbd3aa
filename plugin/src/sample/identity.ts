// What is told of a run whose texts are not kept: digests, models, figures. Every run leaves at least this, so that the
// counter of a gateway has no gaps and a run's composition can be proven later.
import type { Sample } from '#contract';

const RULE = 'identity';

/** Kept for every run, so with probability 1; the rule's name tells it from runs kept whole. */
export function identityOnly(sample: Sample): Sample {
  const policy = sample.sampling?.policy;
  return {
    ...withoutTexts(sample),
    mode: 'metadata_only',
    sampling: { reason: 'always', rule: RULE, probability: 1, ...(policy === undefined ? {} : { policy }) },
  };
}

export const isIdentityOnly = (sample: Sample): boolean => sample.sampling?.rule === RULE;

export function withoutTexts(sample: Sample): Sample {
  const rest = { ...sample };
  delete rest.prompt;
  delete rest.answer;
  // Values of the texts, for whoever may open them: they go where the texts go.
  if (rest.redaction) {
    rest.redaction = { ...rest.redaction };
    delete rest.redaction.sealed;
  }
  return rest;
}
