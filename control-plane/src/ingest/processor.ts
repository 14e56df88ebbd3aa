// What happens to a request between the door and the store, the same for live traffic, replays and imports:
// redact patterns → redact names → embed → place in a thread. Nothing is embedded before both redactions.
import type { Redactor } from '#redact';
import type { Scope } from '../kernel/index.ts';
import type { NameRedactor } from '../privacy/index.ts';
import type { PastTurns, Placement, TurnInput } from '../threads/index.ts';
import { cachingEmbedder } from './embedding-cache.ts';
import { createCommonSessions } from './common-sessions.ts';
import { createLinking, type LinkSettings } from './linking.ts';
import type { Embedder } from './ports.ts';

/** A request as it arrived: text is not redacted of names yet, vectors are absent. */
export interface Incoming {
  readonly scope: Scope;
  /** Pseudonym, or null where none is known; then turn.inferable must be false. */
  readonly principal: string | null;
  /** metadata_only: text is dropped and not embedded. topic_only: embedded, then dropped. */
  readonly mode: 'full' | 'topic_only' | 'metadata_only';
  /** False: the policy wants no vectors of it. */
  readonly embeds?: boolean;
  readonly turn: TurnInput;
}

export interface Prepared {
  readonly incoming: Incoming;
  /** Redacted; with vectors after `embed`. */
  readonly turn: TurnInput;
  /** Values replaced here, by type. */
  readonly counts: Readonly<Record<string, number>>;
  /** Where the policy has no vector kept: the topic of a fixed list that the text was put to by one. */
  readonly fixedTopic?: string | undefined;
}

/** Puts texts to the topics of a fixed list. */
interface TopicList {
  /** @param vector unit length; is not kept */
  topicOf(vector: Float32Array): Promise<string>;
}

export interface Processed extends Prepared {
  readonly placement: Placement;
}

export interface ProcessorParts {
  readonly redactor: Redactor;
  readonly names: NameRedactor;
  readonly embedder: Embedder;
  readonly linkOptions?: LinkSettings | undefined;
  /** Present: embeddings serve this alone, and none leaves memory; nothing is linked by meaning. */
  readonly topicList?: TopicList | undefined;
  /** What was placed before; without it the state starts empty and lives in memory. */
  readonly past?: PastTurns | undefined;
}

export interface Processor {
  /** All stages. Turns of one principal must come in the order of their time. */
  process(batch: readonly Incoming[]): Promise<readonly Processed[]>;
  readonly patterns: (batch: readonly Incoming[]) => readonly Prepared[];
  readonly names: (batch: readonly Prepared[]) => Promise<readonly Prepared[]>;
  readonly embed: (batch: readonly Prepared[]) => Promise<readonly Prepared[]>;
  readonly place: (item: Prepared) => Promise<Processed>;
  /** See Linking.forget. */
  readonly forget: (item: Prepared) => void;
  readonly embeddingModel: string;
}

export function createProcessor(parts: ProcessorParts): Processor {
  const embedder = cachingEmbedder(parts.embedder);
  const linking = createLinking({ ...parts.linkOptions, vectorModel: embedder.modelId }, parts.past);
  const common = createCommonSessions(parts.past);
  const patterns = (batch: readonly Incoming[]): readonly Prepared[] => batch.map((incoming) => redactPatterns(incoming, parts.redactor));
  const names = (batch: readonly Prepared[]): Promise<readonly Prepared[]> => redactNames(batch, parts.names);
  const embed = (batch: readonly Prepared[]): Promise<readonly Prepared[]> =>
    parts.topicList ? addFixedTopics(batch, parts.embedder, parts.topicList) : addVectors(batch, embedder);
  const linkable = ({ incoming, turn }: Prepared) => ({ scope: incoming.scope, principal: incoming.principal, turn });
  const place = async (item: Prepared): Promise<Processed> => {
    const turn = await common.judge(item.incoming.scope, item.incoming.principal, item.turn);
    const placement = await linking.place(linkable({ ...item, turn }));
    return { ...item, turn: placement.call === undefined ? turn : { ...turn, call: placement.call }, placement };
  };
  return {
    patterns,
    names,
    embed,
    place,
    forget: (item) => linking.forget(linkable(item)),
    embeddingModel: parts.embedder.modelId,
    async process(batch) {
      const prepared = await embed(await names(patterns(batch)));
      const processed: Processed[] = [];
      for (const item of prepared) processed.push(await place(item));
      return processed;
    },
  };
}

function redactPatterns(incoming: Incoming, redactor: Redactor): Prepared {
  const { turn } = incoming;
  if (incoming.mode === 'metadata_only') return { incoming, turn: withTexts(turn, '', undefined), counts: {} };
  const subject = incoming.principal ?? '';
  const text = redactor.redact(turn.text, subject);
  const answer = turn.answer === undefined ? undefined : redactor.redact(turn.answer, subject);
  return { incoming, turn: withTexts(turn, text.text, answer?.text), counts: sum(text.counts, answer?.counts ?? {}) };
}

async function redactNames(batch: readonly Prepared[], names: NameRedactor): Promise<readonly Prepared[]> {
  const asked = batch.flatMap(({ incoming, turn }) =>
    [turn.text, turn.answer ?? ''].filter((text) => text !== '').map((text) => ({ text, subject: incoming.principal ?? '' })),
  );
  const redacted = await names.redact(
    asked.map(({ text }) => text),
    asked.map(({ subject }) => subject),
  );
  const answers = redacted.values();
  const nextOf = (text: string) => {
    if (text === '') return { text, counts: {} };
    const answer = answers.next();
    if (answer.done === true) throw new Error('The name redactor answered fewer texts than it was given');
    return answer.value;
  };
  return batch.map((item) => {
    const text = nextOf(item.turn.text);
    const answer = nextOf(item.turn.answer ?? '');
    const turn = withTexts(item.turn, text.text, item.turn.answer === undefined ? undefined : answer.text);
    return { ...item, turn, counts: sum(item.counts, sum(text.counts, answer.counts)) };
  });
}

/** Only turns can begin a thread, which is what a topic is of. */
async function addFixedTopics(batch: readonly Prepared[], embedder: Embedder, list: TopicList): Promise<readonly Prepared[]> {
  const wanted = batch.filter(
    ({ incoming, turn }) => incoming.embeds !== false && turn.text.trim() !== '' && (turn.call?.kind ?? 'turn') === 'turn',
  );
  const vectors = wanted.length === 0 ? [] : await embedder.embed(wanted.map(({ turn }) => turn.text));
  const topics = new Map<Prepared, string>();
  for (const [index, item] of wanted.entries()) {
    const vector = vectors[index];
    if (vector === undefined) throw new Error('The embedder answered fewer vectors than texts');
    topics.set(item, await list.topicOf(vector));
  }
  return batch.map((item) => ({
    ...item,
    fixedTopic: topics.get(item),
    turn: { ...item.turn, vector: undefined, answerVector: undefined, vectorModel: undefined },
  }));
}

/** Auxiliary calls are placed by what they quote and never searched for, so they are not worth a vector. */
async function addVectors(batch: readonly Prepared[], embedder: Embedder): Promise<readonly Prepared[]> {
  const wanted = (text: string | undefined, { incoming, turn }: Prepared): text is string =>
    incoming.embeds !== false && text !== undefined && text.trim() !== '' && turn.call?.kind !== 'auxiliary';
  const texts = batch.flatMap((item) => [item.turn.text, item.turn.answer].filter((text) => wanted(text, item)));
  const vectors = (texts.length === 0 ? [] : await embedder.embed(texts)).values();
  const next = (text: string | undefined, item: Prepared): Float32Array | undefined => {
    if (!wanted(text, item)) return undefined;
    const vector = vectors.next();
    if (vector.done === true) throw new Error('The embedder answered fewer vectors than texts');
    return vector.value;
  };
  return batch.map((item) => {
    const vector = next(item.turn.text, item);
    const answerVector = next(item.turn.answer, item);
    const vectorModel = vector || answerVector ? embedder.modelId : undefined;
    // All three, so that nothing of another model is left there.
    return { ...item, turn: { ...item.turn, vector, answerVector, vectorModel } };
  });
}

function withTexts(turn: TurnInput, text: string, answer: string | undefined): TurnInput {
  return { ...turn, text, answer };
}

function sum(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): Record<string, number> {
  const total = { ...a };
  for (const [type, count] of Object.entries(b)) total[type] = (total[type] ?? 0) + count;
  return total;
}
