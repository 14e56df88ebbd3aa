// Carries a new parting of the newest texts over to the topics that exist: ids stay where most of the texts are.
import { matchGroups, type Matching } from './match.ts';
import type { Partition } from './partition.ts';
import { Topic, type RecentText } from './topic.ts';

/** A text that is in another topic now. */
export interface TopicMove {
  readonly id: string;
  readonly from: string;
  readonly to: string;
}

/** `merge`: all of `from` is in `to` now, and `from` is no more. `split`: `to` is new and came mostly out of `from`. */
export interface TopicChange {
  readonly kind: 'merge' | 'split';
  readonly from: string;
  readonly to: string;
}

type NewId = (kind: 'tp' | 'tg', textId: string) => string;

/** A topic goes into another one only where the newest texts show at least this share of it. */
const SHOWN_SHARE = 0.5;

export function applyPartition(
  topics: Map<string, Topic>,
  texts: readonly RecentText[],
  { topics: groups, parents }: Partition,
  newId: NewId,
): { readonly moves: readonly TopicMove[]; readonly changes: readonly TopicChange[] } {
  if (texts.length === 0) return { moves: [], changes: [] };
  // A topic may have gone into another one since the texts were handed out.
  const names = texts.map(({ topic }) => topic.id);
  const matching = matchGroups(groups, names);
  const shown = countOf(names);
  const targets = openTargets(topics, texts, groups, { matching, newId });
  const moves = moveTexts(texts, groups, targets);
  const changes = [...splits(matching, targets), ...mergeGone(topics, { matching, targets, shown })];
  for (const [id, topic] of topics) if (topic.size <= 0) topics.delete(id);
  nameParents(texts, parents, newId);
  return { moves, changes };
}

function openTargets(
  topics: Map<string, Topic>,
  texts: readonly RecentText[],
  groups: Int32Array,
  { matching, newId }: { matching: Matching<string>; newId: NewId },
): Topic[] {
  const firstText = new Map<number, string>();
  for (const [i, { id }] of texts.entries()) {
    const group = groups[i] ?? 0;
    if (!firstText.has(group)) firstText.set(group, id);
  }
  return matching.names.map((name, group) => {
    const known = name === undefined ? undefined : topics.get(name);
    if (known) return known;
    const topic = new Topic(newId('tp', firstText.get(group) ?? ''));
    topics.set(topic.id, topic);
    return topic;
  });
}

function moveTexts(texts: readonly RecentText[], groups: Int32Array, targets: readonly Topic[]): TopicMove[] {
  const moves: TopicMove[] = [];
  texts.forEach((text, i) => {
    const to = targets[groups[i] ?? 0];
    if (!to || text.topic === to) return;
    moves.push({ id: text.id, from: text.topic.id, to: to.id });
    text.topic.add(text.vector, text.text, -1);
    to.add(text.vector, text.text, 1);
    text.topic = to;
  });
  return moves;
}

function splits({ names, origins }: Matching<string>, targets: readonly Topic[]): TopicChange[] {
  return targets.flatMap((topic, group) => {
    const origin = origins[group];
    if (names[group] !== undefined || !origin || origin.name === topic.id) return [];
    return [{ kind: 'split' as const, from: origin.name, to: topic.id }];
  });
}

/** What is left of a topic that no group bears the name of follows its newest texts, or stays as it is where these were few. */
function mergeGone(
  topics: Map<string, Topic>,
  { matching, targets, shown }: { matching: Matching<string>; targets: readonly Topic[]; shown: ReadonlyMap<string, number> },
): TopicChange[] {
  const changes: TopicChange[] = [];
  const gone = new Map<Topic, Topic>();
  for (const [name, group] of matching.gone) {
    const [from, to] = [topics.get(name), targets[group]];
    const seen = shown.get(name) ?? 0;
    if (!from || !to || from === to || seen < SHOWN_SHARE * (from.size + seen)) continue;
    if (from.size > 0) to.absorb(from);
    topics.delete(name);
    gone.set(from, to);
    changes.push({ kind: 'merge', from: name, to: to.id });
  }
  return changes;
}

/** Parents keep their ids by the same rule. */
function nameParents(texts: readonly RecentText[], parents: Int32Array, newId: NewId): void {
  const { names } = matchGroups(
    parents,
    texts.map(({ topic }) => topic.parent),
  );
  const made = new Map<number, string>();
  const taken = new Set(names);
  texts.forEach(({ id, topic }, i) => {
    const group = parents[i] ?? 0;
    const name = names[group] ?? made.get(group) ?? newId('tg', id);
    made.set(group, name);
    taken.add(name);
    topic.parent = name;
  });
}

function countOf(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
