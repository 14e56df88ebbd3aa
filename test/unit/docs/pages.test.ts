// The pages say what the code does: nothing that is not there, and everything that is.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { unsafePatternReason } from '#redact';
import { REMEDIES } from '../../../control-plane/src/cli/doctor/finding.ts';
import { ERRORS } from '../../../control-plane/src/kernel/index.ts';
import { faultLine, readPolicy } from '../../../control-plane/src/policies/index.ts';
import { helpByCommand } from '../../../scripts/docs/commands.ts';
import { documents } from '../../../scripts/docs/index.ts';
import { blocksOf, PAGES, readPage, ROOT, shellBlocksOf } from './blocks.ts';

const headings = (text: string, marks: string): string[] =>
  [...text.matchAll(new RegExp(`^${marks} (.+)$`, 'gm'))].map((match) => match[1] ?? '');

describe('links', () => {
  it.each(PAGES)('of %s lead somewhere', (page) => {
    const links = [...readPage(page).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map((match) => match[1] ?? '');
    const broken = links.filter((link) => {
      const [file = '', anchor] = link.split('#');
      const target = path.join(ROOT, path.dirname(page), file);
      if (!existsSync(target)) return true;
      if (anchor === undefined) return false;
      const anchors = headings(readFileSync(target, 'utf8'), '#{1,4}').map((title) =>
        title
          .toLowerCase()
          .replaceAll(/[^\w -]/g, '')
          .replaceAll(' ', '-'),
      );
      return !anchors.includes(anchor);
    });
    expect(broken).toEqual([]);
  });
});

describe('shell commands', () => {
  it.each(PAGES)('of %s are run by a test, or say why not', (page) => {
    const unmarked = shellBlocksOf(page).filter(
      ({ mark }) => !/^(run|run: clone|run: until ".+"|run: see .+|not run: .+)$/.test(mark ?? ''),
    );
    expect(unmarked.map(({ text }) => text)).toEqual([]);
  });

  it('are run, as a rule', () => {
    const blocks = PAGES.flatMap(shellBlocksOf);
    const run = blocks.filter(({ mark }) => mark?.startsWith('run') === true);
    expect(run.length).toBeGreaterThanOrEqual(15);
    expect(blocks.length - run.length).toBeLessThanOrEqual(run.length / 3);
  });
});

describe('pages made from the code', () => {
  it.each([...documents()])('%s has not drifted', (page, text) => {
    expect(readPage(page)).toBe(text);
  });
});

describe('docs/ERRORS.md', () => {
  it('has every code of the catalogue and no other, each with its title and remedy', () => {
    const text = readPage('docs/ERRORS.md');
    expect(headings(text, '##')).toEqual(Object.keys(ERRORS));
    for (const { title, remedy } of Object.values(ERRORS)) {
      expect(text).toContain(`**${title}**`);
      expect(text).toContain(`Remedy: ${remedy}`);
    }
  });
});

describe('docs/CLI.md', () => {
  it('has every command and no other, with its help', () => {
    const text = readPage('docs/CLI.md');
    const commands = helpByCommand();
    expect(commands.size).toBeGreaterThanOrEqual(8);
    expect(headings(text, '##')).toEqual([...commands.keys()]);
    for (const help of commands.values()) expect(text).toContain(help.join('\n'));
  });
});

describe('docs/POLICIES.md', () => {
  const examples = blocksOf('docs/POLICIES.md').filter(({ language }) => language === 'yaml');

  it.each(examples.map(({ text }, at) => [at + 1, text] as const))('example %i is a policy without faults', (_at, text) => {
    const reading = readPolicy(text, 'example.yaml', unsafePatternReason);
    expect(reading.ok ? [] : reading.faults.map(faultLine)).toEqual([]);
  });

  it('speaks of every part of a policy', () => {
    const schema = JSON.parse(readFileSync(path.join(ROOT, 'policies/policy.schema.json'), 'utf8')) as { properties: object };
    const text = readPage('docs/POLICIES.md');
    const known = new Set(['name', 'environment', 'vault']);
    expect(Object.keys(schema.properties).filter((name) => !known.has(name) && !text.includes(`${name}:`))).toEqual([]);
  });
});

describe('docs/TROUBLESHOOTING.md', () => {
  const entries = new Map(
    readPage('docs/TROUBLESHOOTING.md')
      .split(/^### /m)
      .slice(1)
      .map((entry): [string, string] => {
        const [title = '', ...rest] = entry.split('\n');
        return [title, rest.join(' ').replaceAll(/\s+/g, ' ')];
      }),
  );

  it('has an entry for each finding of doctor, and no other', () => {
    expect([...entries.keys()]).toEqual(Object.keys(REMEDIES));
  });

  it.each(Object.entries(REMEDIES))('%s: has the remedy that doctor gives', (name, remedy) => {
    expect(entries.get(name)).toContain(`*${remedy}`.replace(/\.$/, ''));
  });
});
