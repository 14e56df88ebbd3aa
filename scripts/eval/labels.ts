// How well intents and topics are found.
import { f1, percent, tally } from './figures.ts';

export interface IntentFigures {
  readonly rows: number;
  /** In percent: mean of the F1 of each intent that has ten or more examples; null where none has. */
  readonly macroF1: number | null;
  readonly accuracy: number;
  /** By label, in percent, with how many examples each has. */
  readonly byLabel: Readonly<Record<string, { readonly rows: number; readonly f1: number; readonly recall: number }>>;
}

const MIN_EXAMPLES = 10;

export function scoreIntents(
  truth: readonly { readonly id: string; readonly intent: string }[],
  found: ReadonlyMap<string, string>,
): IntentFigures {
  const wanted = tally(truth.map(({ intent }) => intent));
  const said = tally(truth.map(({ id }) => found.get(id)));
  const right = tally(truth.filter(({ id, intent }) => found.get(id) === intent).map(({ intent }) => intent));
  const classes = [...wanted].filter(([, examples]) => examples >= MIN_EXAMPLES);
  const scores = classes.map(([intent, examples]) =>
    f1((right.get(intent) ?? 0) / Math.max(1, said.get(intent) ?? 0), (right.get(intent) ?? 0) / examples),
  );
  const byLabel = [...wanted].sort().map(([intent, examples]) => {
    const recall = (right.get(intent) ?? 0) / examples;
    return [
      intent,
      { rows: examples, recall: percent(recall), f1: percent(f1((right.get(intent) ?? 0) / Math.max(1, said.get(intent) ?? 0), recall)) },
    ];
  });
  const hits = [...right.values()].reduce((sum, hit) => sum + hit, 0);
  return {
    rows: truth.length,
    macroF1: scores.length === 0 ? null : percent(scores.reduce((sum, score) => sum + score, 0) / scores.length),
    accuracy: percent(hits / Math.max(1, truth.length)),
    byLabel: Object.fromEntries(byLabel) as IntentFigures['byLabel'],
  };
}

export interface TopicFigures {
  readonly rows: number;
  readonly found: number;
  readonly labelled: number;
  /** In percent, as all below: mutual information over the mean of both entropies. */
  readonly nmi: number;
  /** Rand index, corrected for chance. */
  readonly ari: number;
  /** Rows whose topic is mostly of their label. */
  readonly purity: number;
  /** Topics of five rows or more whose name shares a word with the label that most of their rows have. */
  readonly nameHit: number;
}

const MIN_TOPIC = 5;
const NAME_WORDS = 4;
const STEM = 5;

/** A row without a topic counts as a topic of its own. */
export function scoreTopics(
  truth: readonly { readonly id: string; readonly topic: string }[],
  found: ReadonlyMap<string, { readonly topic: string | null; readonly label?: string | null }>,
): TopicFigures {
  const rows = truth.map(({ id, topic }) => ({
    label: topic,
    topic: found.get(id)?.topic ?? `none ${id}`,
    name: found.get(id)?.label ?? '',
  }));
  const n = Math.max(1, rows.length);
  const [labels, topics] = [tally(rows.map(({ label }) => label)), tally(rows.map(({ topic }) => topic))];
  const cells = new Map<string, { label: string; topic: string; count: number }>();
  for (const { label, topic } of rows) {
    const key = JSON.stringify([label, topic]);
    cells.set(key, { label, topic, count: (cells.get(key)?.count ?? 0) + 1 });
  }
  const entropy = (counts: Map<string, number>): number => -[...counts.values()].reduce((sum, c) => sum + (c / n) * Math.log(c / n), 0);
  let information = 0;
  const majority = new Map<string, { label: string; count: number }>();
  for (const { label, topic, count } of cells.values()) {
    information += (count / n) * Math.log((n * count) / ((labels.get(label) ?? 1) * (topics.get(topic) ?? 1)));
    if (count > (majority.get(topic)?.count ?? 0)) majority.set(topic, { label, count });
  }
  const names = new Map(rows.map(({ topic, name }) => [topic, name]));
  const large = [...topics].filter(([, size]) => size >= MIN_TOPIC).map(([topic]) => topic);
  const hits = large.filter((topic) => {
    const wanted = stems(majority.get(topic)?.label ?? '');
    return [...stems((names.get(topic) ?? '').split(/\s+/).slice(0, NAME_WORDS).join(' '))].some((stem) => wanted.has(stem));
  });
  return {
    rows: rows.length,
    found: topics.size,
    labelled: labels.size,
    nmi: percent((2 * information) / Math.max(1e-9, entropy(labels) + entropy(topics))),
    ari: percent(
      adjustedRand(
        [...cells.values()].map(({ count }) => count),
        labels,
        topics,
        n,
      ),
    ),
    purity: percent([...majority.values()].reduce((sum, { count }) => sum + count, 0) / n),
    nameHit: percent(hits.length / Math.max(1, large.length)),
  };
}

function adjustedRand(cells: readonly number[], labels: Map<string, number>, topics: Map<string, number>, n: number): number {
  const pairs = (counts: Iterable<number>): number => [...counts].reduce((sum, count) => sum + (count * (count - 1)) / 2, 0);
  const [both, byLabel, byTopic, all] = [pairs(cells), pairs(labels.values()), pairs(topics.values()), Math.max(1, (n * (n - 1)) / 2)];
  const byChance = (byLabel * byTopic) / all;
  return (both - byChance) / Math.max(1e-9, (byLabel + byTopic) / 2 - byChance);
}

const stems = (name: string): Set<string> =>
  new Set(
    (
      name
        .toLowerCase()
        .replaceAll('_', ' ')
        .match(/[a-z]{3,}/g) ?? []
    ).map((word) => word.slice(0, STEM)),
  );
