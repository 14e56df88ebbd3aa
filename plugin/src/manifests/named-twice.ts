import { jsonLiterals, type JsonLevel } from '#contract';

/**
 * True where an object of the text has a member twice. Readers differ in which of the two counts, so what is approved here
 * could be something else at the provider. Names are compared as they are read: "m\u006fdel" is "model". Linear in the text.
 */
export function hasNameTwice(text: string): boolean {
  const known = new Map<JsonLevel, Set<string>>();
  for (const { kind, from, to, level } of jsonLiterals(text) ?? []) {
    if (kind !== 'key') continue;
    const names = known.get(level) ?? new Set();
    const name = nameOf(text.slice(from, to));
    if (names.has(name)) return true;
    known.set(level, names.add(name));
  }
  return false;
}

/** What is no JSON was refused before: then the escaped form is as good as any. */
function nameOf(escaped: string): string {
  if (!escaped.includes('\\')) return escaped;
  try {
    return JSON.parse(`"${escaped}"`) as string;
  } catch {
    return escaped;
  }
}
