// The second redaction: names and addresses, before anything is embedded or stored. The patterns came first, so the
// model sees "[EMAIL_ADDRESS]" and not the address.
import { hash } from 'node:crypto';
import type { RedactionPolicy } from '#contract';
import { applyFindings, createReplacement, type Finding } from '#redact';
import { judgeNames } from './names/judge.ts';
import type { Finder } from './ports.ts';

export interface NamesRedacted {
  readonly text: string;
  /** Offsets in the text given. */
  readonly findings: readonly Finding[];
  readonly counts: Readonly<Record<string, number>>;
}

export interface NameRedactor {
  /** Same order as the texts. Rejects when the model cannot answer: then nothing may be stored in the clear. */
  /** `subjects`: whom each text belongs to, as the first redaction was told; pseudonyms are bound to them. */
  redact(texts: readonly string[], subjects?: readonly string[]): Promise<readonly NamesRedacted[]>;
}

export interface NameRedactorOptions {
  readonly finder: Finder;
  readonly policy?: RedactionPolicy | undefined;
  /** Key of pseudonyms and hashes; required where the policy uses them for names. */
  readonly key?: Uint8Array | undefined;
  /** How many texts' findings are remembered. Agents send the same text again and again. */
  readonly cacheEntries?: number;
}

export function createNameRedactor(options: NameRedactorOptions): NameRedactor {
  if (options.policy?.names === false)
    return { redact: (texts) => Promise.resolve(texts.map((text) => ({ text, findings: [], counts: {} }))) };
  const find = remembering(options.finder, options.cacheEntries ?? 5000);
  const allowed = new Set((options.policy?.allow ?? []).map(plain));
  const kept = new Set(Object.entries(options.policy?.types ?? {}).flatMap(([type, action]) => (action === 'keep' ? [type] : [])));
  const replacementFor = createReplacement(options);
  return {
    async redact(texts, subjects = []) {
      const all = await find(texts);
      return texts.map((text, index) => {
        const findings = (all[index] ?? []).filter(
          ({ start, end, type }) => !kept.has(type) && !allowed.has(plain(text.slice(start, end))),
        );
        const counts: Record<string, number> = {};
        for (const { type } of findings) counts[type] = (counts[type] ?? 0) + 1;
        return { text: applyFindings(text, findings, replacementFor(subjects[index])).text, findings, counts };
      });
    },
  };
}

function plain(value: string): string {
  return value.normalize('NFKC').trim().toLowerCase();
}

/** Asks the finder only for texts that it did not judge lately. Keys are digests, so the cache holds no text. */
function remembering(finder: Finder, entries: number): (texts: readonly string[]) => Promise<readonly (readonly Finding[])[]> {
  const cache = new Map<string, readonly Finding[]>();
  return async (texts) => {
    const keys = texts.map((text) => hash('sha256', text, 'base64'));
    const missing = new Map<string, string>();
    keys.forEach((key, index) => {
      if (!cache.has(key)) missing.set(key, texts[index] ?? '');
    });
    const found = await finder.find([...missing.values()]);
    const fresh = new Map([...missing].map(([key, text], index) => [key, judgeNames(text, found[index] ?? [])]));
    const answer = keys.map((key) => fresh.get(key) ?? cache.get(key) ?? []);
    for (const [key, findings] of fresh) cache.set(key, findings);
    for (const key of cache.keys()) {
      if (cache.size <= entries) break;
      cache.delete(key);
    }
    return answer;
  };
}
