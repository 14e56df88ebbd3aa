// What people say of answers while the conversations go on: a thumb, a word, and what an evaluator of the application found.

/** One item of POST /v1/feedback, without the run that it is about. */
export type Says =
  | { readonly kind: 'thumbs'; readonly value: 'up' | 'down' }
  | { readonly kind: 'completion'; readonly value: boolean }
  | { readonly kind: 'score'; readonly value: number; readonly name: string; readonly source: 'evaluator' }
  | { readonly kind: 'comment'; readonly value: string };

export interface Opinion {
  readonly conversation: string;
  /** Index of the turn that it is about; the last where it is -1. */
  readonly turn: number;
  readonly says: Says;
}

const thumbs = (conversation: string, value: 'up' | 'down', turn = -1): Opinion => ({
  conversation,
  turn,
  says: { kind: 'thumbs', value },
});

export const OPINIONS: readonly Opinion[] = [
  thumbs('dev: docker image size', 'up'),
  thumbs('dev: typescript narrowing', 'up'),
  thumbs('rail: app does not start', 'up'),
  thumbs('kitchen: jam does not set', 'up'),
  thumbs('desk: second screen flickers', 'up'),
  thumbs('study: exam nerves', 'up', 1),
  thumbs('en: houseplant with brown tips', 'up'),
  thumbs('agent: memory leak in the worker', 'up'),
  thumbs('kitchen: pizza dough', 'down'),
  thumbs('desk: calendar shows the wrong time', 'down', 1),
  thumbs('ledger: forecast for the summer', 'down'),
  {
    conversation: 'kitchen: pizza dough',
    turn: -1,
    says: { kind: 'comment', value: 'It forgot how much flour we began with.' },
  },
  { conversation: 'desk: second screen flickers', turn: -1, says: { kind: 'completion', value: true } },
  {
    conversation: 'people: training budget',
    turn: -1,
    says: { kind: 'score', value: 0.42, name: 'groundedness', source: 'evaluator' },
  },
];

/** What is said of a turn once it was answered. */
export function opinionsOf(conversation: string, turn: number, turns: number): readonly Says[] {
  return OPINIONS.filter((one) => one.conversation === conversation && (one.turn === -1 ? turns - 1 : one.turn) === turn).map(
    ({ says }) => says,
  );
}
