import type { Sample } from '#contract';

/** The sample as the mode metadata_only has it. */
export function withoutTexts(sample: Sample): Sample {
  const copy: Sample = { ...sample, mode: 'metadata_only' };
  delete copy.prompt;
  delete copy.answer;
  return copy;
}
