// A redactor: rules and policy made once, texts read any number of times.
import { createHash } from 'node:crypto';
import { canonicalize } from '#contract';
import { createDetector, detect } from './detector.ts';
import { applyFindings } from './findings.ts';
import { redactStrings } from './json.ts';
import { createReplacement } from './replace.ts';
import type { CreateRedactor, Finding, Redacted, RedactorOptions } from './types.ts';

/** Raised whenever a rule changes what is found. */
export const RULES_VERSION = '1';

/** Throws RedactionError where the policy needs a key that is not given or brings an unsafe pattern. */
export const createRedactor: CreateRedactor = (options = {}) => {
  const detector = createDetector(options);
  const replacement = createReplacement(options);
  const redact = (text: string): Redacted => {
    const applied = applyFindings(text, detect(detector, text), replacement);
    return { ...applied, counts: countTypes(applied.findings) };
  };
  return {
    rules: rulesVersion(options),
    redact,
    redactJson: (value) => redactStrings(value, (text) => detect(detector, text), replacement),
  };
};

function countTypes(findings: readonly Finding[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { type } of findings) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}

/** Version of the rules and a digest of the policy: two redactors of one version treat a text alike. */
function rulesVersion(options: RedactorOptions): string {
  if (options.policy === undefined) return RULES_VERSION;
  return `${RULES_VERSION}.${createHash('sha256').update(canonicalize(options.policy)).digest('hex').slice(0, 12)}`;
}
