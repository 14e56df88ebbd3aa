// A redactor: rules and policy made once, texts read any number of times.
import { createHash } from 'node:crypto';
import { canonicalize } from '#contract';
import { createDictionaries } from './dictionary.ts';
import { scanText } from './engine.ts';
import { applyFindings, mergeFindings } from './findings.ts';
import { fold } from './fold.ts';
import { mapStrings } from './json.ts';
import { createPatterns } from './pattern.ts';
import { createReplacement } from './replace.ts';
import type { Scan } from './scan.ts';
import type { CreateRedactor, Finding, Redacted, RedactorOptions } from './types.ts';

/** Raised whenever a rule changes what is found. */
export const RULES_VERSION = '1';

/** Finds values in a text; offsets in the text as given. */
export type Detect = (text: string) => Finding[];

export function createDetect(options: RedactorOptions): Detect {
  const { policy } = options;
  const patterns = createPatterns(policy?.patterns);
  const dictionaries = createDictionaries(policy?.dictionaries);
  const allowed = new Set((policy?.allow ?? []).map(plain));
  const kept = new Set(Object.entries(policy?.types ?? {}).flatMap(([type, action]) => (action === 'keep' ? [type] : [])));
  return (text) => {
    const folded = fold(text);
    const scan: Scan = { text: folded.text, findings: [], floor: 0 };
    scanText(scan, 0, folded.text.length);
    if (patterns !== undefined) scan.findings.push(...patterns(folded.text));
    if (dictionaries !== undefined) scan.findings.push(...dictionaries(folded.text, 0, folded.text.length));
    if (scan.findings.length === 0) return scan.findings;
    const stay = ({ start, end, type }: Finding): boolean =>
      kept.has(type) || (allowed.size > 0 && allowed.has(plain(folded.text.slice(start, end))));
    return mergeFindings(
      scan.findings
        .filter((finding) => !stay(finding))
        .map(({ start, end, type }) => ({ start: folded.toGiven(start), end: folded.endToGiven(end), type })),
      text.length,
    );
  };
}

function plain(value: string): string {
  return fold(value).text.trim().toLowerCase();
}

/** Throws RedactionError where the policy needs a key that is not given or brings an unsafe pattern. */
export const createRedactor: CreateRedactor = (options = {}) => {
  const detect = createDetect(options);
  const replacement = createReplacement(options);
  const redact = (text: string): Redacted => {
    const applied = applyFindings(text, detect(text), replacement);
    return { ...applied, counts: countTypes(applied.findings) };
  };
  return {
    rules: rulesVersion(options),
    redact,
    redactJson: (value) => {
      const counts: Record<string, number> = {};
      const mapped = mapStrings(value, (text) => {
        const redacted = redact(text);
        for (const [type, count] of Object.entries(redacted.counts)) counts[type] = (counts[type] ?? 0) + count;
        return redacted.text;
      });
      return { value: mapped, counts };
    },
  };
};

export function countTypes(findings: readonly Finding[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { type } of findings) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}

/** Version of the rules and a digest of the policy: two redactors of one version treat a text alike. */
function rulesVersion(options: RedactorOptions): string {
  if (options.policy === undefined) return RULES_VERSION;
  return `${RULES_VERSION}.${createHash('sha256').update(canonicalize(options.policy)).digest('hex').slice(0, 12)}`;
}
