// A redactor: rules and policy made once, texts read any number of times.
import { createHash } from 'node:crypto';
import { canonicalize, type Original } from '#contract';
import { createDetector, detect } from './detector.ts';
import { redactStrings } from './json.ts';
import { createReplacement } from './replace.ts';
import { applyUntilStable } from './stable.ts';
import type { Replacement } from './findings.ts';
import type { CreateRedactor, Finding, Redacted, RedactorOptions } from './types.ts';

/** Raised whenever a rule changes what is found. */
const RULES_VERSION = '4';

/** Throws RedactionError where the policy needs a key that is not given or brings an unsafe pattern. */
export const createRedactor: CreateRedactor = (options = {}) => {
  const detector = createDetector(options);
  const replacementFor = createReplacement(options);
  const find = (text: string): readonly Finding[] => detect(detector, text);
  const isReversible = options.policy?.reversible === true;
  return {
    rules: rulesVersion(options),
    redact: (text, subject) =>
      isReversible ? withOriginals(text, find, replacementFor(subject)) : applyUntilStable(text, find, replacementFor(subject)),
    redactJson: (value, subject) => redactStrings(value, find, replacementFor(subject)),
  };
};

/** Redacts, and notes what each pseudonym stands for. */
function withOriginals(text: string, find: (text: string) => readonly Finding[], replacement: Replacement): Redacted {
  const originals = new Map<string, Original>();
  const noting: Replacement = (type, value) => {
    const token = replacement(type, value);
    if (token.startsWith(`[${type}_`) && !originals.has(token)) originals.set(token, { token, type, value });
    return token;
  };
  return { ...applyUntilStable(text, find, noting), originals: [...originals.values()] };
}

/** Version of the rules and a digest of the policy: two redactors of one version treat a text alike. */
function rulesVersion(options: RedactorOptions): string {
  if (options.policy === undefined) return RULES_VERSION;
  return `${RULES_VERSION}.${createHash('sha256').update(canonicalize(options.policy)).digest('hex').slice(0, 12)}`;
}
