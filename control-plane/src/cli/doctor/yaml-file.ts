// Reading of other programs' YAML: anything may stand anywhere, so every step down asks what is there.
import { parse } from 'yaml';

export type Block = Readonly<Record<string, unknown>>;

/** The mapping in a YAML text, or undefined where there is none. */
export function readBlock(text: string): Block | undefined {
  try {
    const value: unknown = parse(text, { logLevel: 'error' });
    return isBlock(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const isBlock = (value: unknown): value is Block => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The mapping under a key; empty where there is none. */
export const block = (from: Block, key: string): Block => {
  const value = from[key];
  return isBlock(value) ? value : {};
};

/** The mappings in a list under a key. */
export const blocks = (from: Block, key: string): readonly Block[] => {
  const value = from[key];
  return Array.isArray(value) ? value.filter(isBlock) : [];
};

/** The texts under a key, which may hold one or a list. */
export const texts = (from: Block, key: string): readonly string[] => {
  const value = from[key];
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((item): item is string => typeof item === 'string');
};

export const text = (from: Block, key: string): string | undefined => texts(from, key)[0];
