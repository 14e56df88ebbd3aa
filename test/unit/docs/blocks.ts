// Code blocks of Markdown pages, with the mark that stands above each.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const ROOT = path.resolve(import.meta.dirname, '../../..');

/** Pages for readers, relative to the root. */
export const PAGES: readonly string[] = [
  'README.md',
  ...readdirSync(path.join(ROOT, 'docs')).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
];

export interface Block {
  readonly page: string;
  readonly language: string;
  readonly text: string;
  /** What the comment above it says: `run`, `run: HOW` or `not run: REASON`; undefined where there is none. */
  readonly mark: string | undefined;
}

const BLOCK = /(?:<!-- (.+?) -->\n)?^```(\w*)\n([\s\S]*?)^```$/gm;

export const readPage = (page: string): string => readFileSync(path.join(ROOT, page), 'utf8');

export function blocksOf(page: string): Block[] {
  return [...readPage(page).matchAll(BLOCK)].map(([, mark, language = '', text = '']) => ({ page, language, text, mark }));
}

export const shellBlocksOf = (page: string): Block[] => blocksOf(page).filter(({ language }) => language === 'sh');
