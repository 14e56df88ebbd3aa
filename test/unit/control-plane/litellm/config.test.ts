// The configuration that people paste, and the page that explains it, say the same.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ROOT, blocksOf, readPage } from '../../docs/blocks.ts';

const FILE = 'deploy/litellm/config.yaml';
const text = readFileSync(path.join(ROOT, FILE), 'utf8');
const config = parse(text) as Record<string, unknown>;
const variables = (yaml: string): Set<string> => new Set([...yaml.matchAll(/os\.environ\/(\w+)/g)].map((match) => match[1] ?? ''));

describe(FILE, () => {
  it('has every part that the page shows, as the page shows it', () => {
    const [shown] = blocksOf('docs/LITELLM.md').filter(({ language }) => language === 'yaml');
    const parts = parse(shown?.text ?? '') as Record<string, unknown>;
    expect(Object.keys(parts)).toEqual(['litellm_settings', 'callback_settings', 'guardrails']);
    for (const [name, part] of Object.entries(parts)) expect(config[name], name).toEqual(part);
  });

  it('takes secrets and addresses from the environment alone, by variables that it and the page name', () => {
    expect(text).not.toMatch(/(key|Authorization|endpoint|api_base): (?!os\.environ\/)/);
    const names = variables(text);
    expect(names.size).toBeGreaterThanOrEqual(5);
    for (const name of names) {
      expect(text, name).toContain(`export ${name}=`);
      expect(readPage('docs/LITELLM.md'), name).toContain(`export ${name}=`);
    }
  });
});
