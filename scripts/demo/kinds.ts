// What kinds of traffic were made, as the demo knows them: the other side of what Clew found.
import type { Says } from './opinions.ts';
import { PLANTED } from './planted.ts';
import type { Event } from './timeline.ts';
import type { App, How } from './types.ts';

export const KINDS = [
  'withHistory',
  'windowedHistory',
  'withoutHistory',
  'providerHistory',
  'declaredSession',
  'streaming',
  'toolCalls',
  'titles',
  'summaries',
  'embeddings',
  'fallbacks',
  'newInstructions',
  'blocks',
  'errors',
  'regenerated',
  'returning',
  'planted',
] as const;

export type Kind = (typeof KINDS)[number];

/**
 * Requests by kind; a request may be of several. `interleaved`: users who went back and forth between conversations. `thumbsUp`
 * and the others: items of feedback.
 */
export type Made = Readonly<Record<Kind | 'interleaved' | Opinions, number>>;
type Opinions = 'thumbsUp' | 'thumbsDown' | 'scores' | 'completions' | 'comments';

/** What a request is for: a turn itself, a round of tools in it, or what the client asks on its own account. */
export type Purpose = 'turn' | 'toolCalls' | 'titles' | 'summaries';

export function kindsOf(app: App, ask: string, how: How, purpose: Purpose, variant: string | undefined): Kind[] {
  const isTurn = purpose === 'turn';
  const kinds: readonly (readonly [Kind, boolean])[] = [
    ['withHistory', app.memory === 'whole' && app.dialect !== 'responses'],
    ['windowedHistory', typeof app.memory === 'number'],
    ['withoutHistory', app.memory === 'none' && app.dialect !== 'embeddings'],
    ['providerHistory', app.dialect === 'responses'],
    ['declaredSession', app.session],
    ['streaming', app.stream && (isTurn || purpose === 'toolCalls')],
    ['embeddings', app.dialect === 'embeddings'],
    ['fallbacks', isTurn && how.fallback !== undefined],
    ['newInstructions', variant !== undefined && variant !== app.system[0]?.variant],
    ['blocks', isTurn && how.filter === true],
    ['errors', isTurn && how.error !== undefined],
    ['regenerated', isTurn && how.replace === true],
    ['returning', isTurn && (how.of !== undefined || how.resumeLive !== undefined)],
    ['planted', Object.values(PLANTED).some((value) => ask.includes(value))],
  ];
  return [...kinds.flatMap(([kind, isSo]) => (isSo ? [kind] : [])), ...(isTurn ? [] : [purpose])];
}

export function countKinds(
  sent: readonly { readonly kinds: readonly Kind[] }[],
  events: readonly Event[],
  told: readonly Pick<Says, 'kind' | 'value'>[],
): Made {
  const opinions = (kind: Says['kind'], value?: Says['value']): number =>
    told.filter((says) => says.kind === kind && (value === undefined || says.value === value)).length;
  const counts = Object.fromEntries(KINDS.map((kind) => [kind, sent.filter(({ kinds }) => kinds.includes(kind)).length]));
  return {
    ...(counts as Record<Kind, number>),
    interleaved: interleavedUsers(events),
    thumbsUp: opinions('thumbs', 'up'),
    thumbsDown: opinions('thumbs', 'down'),
    scores: opinions('score'),
    completions: opinions('completion'),
    comments: opinions('comment'),
  };
}

/** A user who takes a conversation up again after another one came in between. */
function interleavedUsers(events: readonly Event[]): number {
  const byUser = Map.groupBy(
    events.filter(({ conversation }) => conversation.user !== ''),
    ({ conversation }) => conversation.user,
  );
  return [...byUser.values()].filter((own) => {
    const course = own
      .map(({ conversation, turn }) => conversation.turns[turn]?.[2]?.of ?? conversation.name)
      .filter((name, at, all) => name !== all[at - 1]);
    return new Set(course).size < course.length;
  }).length;
}
