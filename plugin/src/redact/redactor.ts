// A redactor: rules and policy made once, texts read any number of times.
import { createHash } from 'node:crypto';
import { canonicalize } from '#contract';
import { createDetector, detect } from './detector.ts';
import { redactStrings } from './json.ts';
import { createReplacement } from './replace.ts';
import { applyUntilStable } from './stable.ts';
import type { CreateRedactor, Finding, RedactorOptions } from './types.ts';

/** Raised whenever a rule changes what is found. */
export const RULES_VERSION = '3';

/** Throws RedactionError where the policy needs a key that is not given or brings an unsafe pattern. */
export const createRedactor: CreateRedactor = (options = {}) => {
  const detector = createDetector(options);
  const replacementFor = createReplacement(options);
  const find = (text: string): readonly Finding[] => detect(detector, text);
  return {
    rules: rulesVersion(options),
    redact: (text, subject) => applyUntilStable(text, find, replacementFor(subject)),
    redactJson: (value, subject) => redactStrings(value, find, replacementFor(subject)),
  };
};

/** Version of the rules and a digest of the policy: two redactors of one version treat a text alike. */
function rulesVersion(options: RedactorOptions): string {
  if (options.policy === undefined) return RULES_VERSION;
  return `${RULES_VERSION}.${createHash('sha256').update(canonicalize(options.policy)).digest('hex').slice(0, 12)}`;
}
