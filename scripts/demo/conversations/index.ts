/** The sample conversations of the demo: all people, companies and figures in them are made up. */
import type { Conversation } from '../types.ts';
import { AGENTS } from './agents.ts';
import { CATALOGUE } from './catalogue.ts';
import { DESK } from './desk.ts';
import { DEV } from './dev.ts';
import { INCIDENT } from './incident.ts';
import { KITCHEN } from './kitchen.ts';
import { LANGUAGES } from './languages.ts';
import { LEDGER } from './ledger.ts';
import { MORE } from './more.ts';
import { PEOPLE } from './people.ts';
import { RAIL } from './rail.ts';
import { STUDY } from './study.ts';
import { WORLD } from './world.ts';

/** One of each in turn, so that whatever is spread over time is mixed. */
function interleaved(groups: readonly (readonly Conversation[])[]): Conversation[] {
  const longest = Math.max(...groups.map(({ length }) => length));
  return Array.from({ length: longest }, (_, at) => groups.flatMap((group) => group[at] ?? [])).flat();
}

export const CONVERSATIONS: readonly Conversation[] = [
  ...interleaved([RAIL, DEV, KITCHEN, LANGUAGES, STUDY, LEDGER, PEOPLE, DESK, WORLD, AGENTS, MORE, CATALOGUE]),
  // At times of their own.
  ...INCIDENT,
];
