// Prompts that the project wrote for training: what the data hold too little of (reports of failure, corrections, other languages).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FollowUp, Intent } from '../src/threads/index.ts';

export interface OwnPrompt {
  readonly text: string;
  readonly before?: { readonly text: string; readonly answer: string } | undefined;
  readonly intent: Intent;
  readonly followUp?: FollowUp | 'none';
}

const INTENTS: Readonly<Record<string, Intent>> = {
  i: 'information_seeking',
  t: 'task_execution',
  m: 'conversation_management',
  e: 'error_recovery',
};
const KINDS: Readonly<Record<string, FollowUp | 'none'>> = {
  P: 'pronoun',
  S: 'implicit_subject',
  E: 'elaboration',
  C: 'correction',
  F: 'refinement',
  N: 'none',
};

/** labels/own.txt; its head says how it is written. */
export function readOwnPrompts(): OwnPrompt[] {
  let before: OwnPrompt['before'];
  let asked = '';
  return readFileSync(join(import.meta.dirname, 'labels/own.txt'), 'utf8')
    .split('\n')
    .flatMap((line): OwnPrompt[] => {
      if (line === '' || line.startsWith('#')) return [];
      const rest = line.slice(2);
      if (line.startsWith('*')) before = undefined;
      else if (line.startsWith('> ')) asked = rest;
      else if (line.startsWith('< ')) before = { text: asked, answer: rest };
      else return [promptOf(line, before)];
      return [];
    });
}

function promptOf(line: string, before: OwnPrompt['before']): OwnPrompt {
  const [intent, kind] = [INTENTS[line[0] ?? ''], KINDS[line[1] ?? '']];
  if (intent === undefined || (kind === undefined) !== (before === undefined))
    throw new Error('labels/own.txt: a line has other letters than its place allows');
  const text = line.slice(3);
  return kind === undefined ? { text, intent } : { text, intent, before, followUp: kind };
}
