import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { insightOf, SIGNAL_WEIGHTS } from '../../../../control-plane/src/insight/index.ts';
import type { FollowUp } from '../../../../control-plane/src/threads/index.ts';
import { threadOf, thumb, type TurnFields } from './thread-of.ts';

const blocked: TurnFields = { status: { outcome: 'blocked' }, guardrails: [{ name: 'guard', verdict: 'block' }] };
const kinds: readonly (FollowUp | null)[] = [null, 'pronoun', 'implicit_subject', 'elaboration', 'correction', 'refinement', 'repeat'];

const anyTurn = fc.record({
  followUp: fc.constantFrom(...kinds),
  intent: fc.constantFrom('information_seeking', 'task_execution', 'conversation_management', 'error_recovery'),
  status: fc.constantFrom({ outcome: 'ok' }, { outcome: 'error' }, { outcome: 'blocked' }, { outcome: 'aborted' }, null),
  call: fc.constantFrom(null, { kind: 'turn' }, { kind: 'step' }, { kind: 'auxiliary' }),
  costUsd: fc.option(fc.double({ min: 0, max: 10, noNaN: true })),
  similarity: fc.option(fc.double({ min: -1, max: 1, noNaN: true })),
  prompt: fc.option(fc.string({ unit: 'binary' })),
}) as fc.Arbitrary<TurnFields>;
const anyThread = fc
  .tuple(
    fc.array(anyTurn, { maxLength: 12 }),
    fc.constantFrom('open', 'completed', 'abandoned', 'corrected', 'failed'),
    fc.nat(5),
    fc.nat(5),
  )
  .map(([turns, outcome, up, down]) => threadOf(turns, { outcome: outcome as 'open', feedback: { up, down } }));

describe('facts of a thread', () => {
  it('fold what an agent called for a turn into the turn', () => {
    const insight = insightOf(
      threadOf([
        { call: { kind: 'auxiliary' } },
        {},
        { call: { kind: 'step' }, model: { executed: 'large', evidence: 'response_body' } },
        { call: { kind: 'step' }, status: { outcome: 'error' } },
        { followUp: 'pronoun', costUsd: null },
      ]),
    );
    expect(insight.course).toMatchObject([
      { turn: 1, requestId: 'r2', calls: 4, models: ['small', 'large'], costUsd: 2, outcome: 'error', inputTokens: 40 },
      { turn: 2, requestId: 'r5', calls: 1, costUsd: null, outcome: 'ok' },
    ]);
    expect(insight.models).toMatchObject([
      { model: 'small', calls: 4, costUsd: 1.5 },
      { model: 'large', calls: 1, costUsd: 0.5 },
    ]);
    expect(insight.cost).toEqual({ usd: 2, pricedCalls: 4, unpricedCalls: 1, inputTokens: 50, outputTokens: 100 });
    expect(insight.followUps.counts).toMatchObject({ pronoun: 1, repeat: 0 });
  });

  it('go on with the numbers of turns that are not read any more', () => {
    expect(insightOf(threadOf([{}, {}], { turns: 7 })).course.map(({ turn }) => turn)).toEqual([6, 7]);
  });

  it('name words that tell what it was about, and nothing that redaction put in', () => {
    const words = insightOf(
      threadOf([{ prompt: 'The zeppelin of [PERSON_1]' }, { prompt: 'And who built that zeppelin hangar?' }]),
    ).topicWords;
    expect(words[0]).toBe('zeppelin');
    expect(words).toContain('hangar');
    expect(words.join(' ')).not.toMatch(/person|the |who/);
    expect(insightOf(threadOf([{ prompt: 'Wie baut man einen Zeppelin und was ist das für ein Gas' }])).topicWords).not.toContain('und');
    expect(insightOf(threadOf([{ prompt: null }])).topicWords).toEqual([]);
  });

  it('keep every number in its range, whatever the thread', () => {
    fc.assert(
      fc.property(anyThread, (thread) => {
        const { satisfaction, quality, course, intents, guardrails, breakdown } = insightOf(thread);
        for (const score of [satisfaction.score, quality.score, ...quality.parts.map(({ value }) => value)]) {
          if (score !== null) expect(score).toBeGreaterThanOrEqual(0);
          if (score !== null) expect(score).toBeLessThanOrEqual(1);
        }
        expect(satisfaction.score === null).toBe(satisfaction.signals.length === 0);
        expect(course.length).toBe(thread.turns);
        expect(intents.course.reduce((sum, { fromTurn, toTurn }) => sum + toTurn - fromTurn + 1, 0)).toBe(course.length);
        expect(breakdown).toBeNull();
        for (const { attempts, result } of guardrails.incidents) {
          expect(attempts.slice(0, -1).every(({ isBlocked }) => isBlocked)).toBe(true);
          expect(result === 'passed').toBe(attempts.at(-1)?.isBlocked === false);
        }
      }),
    );
  });
});

describe('satisfaction', () => {
  const signalsOf = (turns: readonly TurnFields[], fields: Parameters<typeof threadOf>[1] = {}): string[] =>
    insightOf(threadOf(turns, fields)).satisfaction.signals.map(({ signal }) => signal);

  it('reads what users did', () => {
    expect(signalsOf([{}, { followUp: 'correction' }, { followUp: 'correction' }], { outcome: 'abandoned' })).toEqual([
      'correction',
      'repeated_correction',
      'abandoned',
    ]);
    expect(signalsOf([{}, { followUp: 'repeat' }, { followUp: 'pronoun' }], { outcome: 'corrected' })).toEqual(['rephrasing', 'recovered']);
    expect(signalsOf([{}, { prompt: 'Danke, perfekt!' }])).toEqual(['thanks']);
    for (const prompt of ['Thanks, but that is wrong', 'Thanks! And in winter?', 'Make it shorter', null])
      expect(signalsOf([{}, { intent: 'conversation_management', prompt }])).toEqual(['ended_well']);
    expect(signalsOf([{}, { status: { outcome: 'error' } }], { outcome: 'failed' })).toEqual(['last_answer_failed']);
    expect(signalsOf([{}], { outcome: 'open' })).toEqual([]);
    expect(insightOf(threadOf([{}], { outcome: 'open' })).satisfaction).toEqual({ verdict: 'unknown', score: null, signals: [] });
  });

  it('counts the last thumb of each source, and says on which requests', () => {
    const given = [thumb('r1', 'down', 'new'), thumb('r1', 'up', 'old'), thumb('r2', 'down')];
    const { signals, verdict } = insightOf(threadOf([{}, {}], { feedbackGiven: given, outcome: 'open' })).satisfaction;
    expect(signals).toEqual([{ signal: 'thumbs_down', weight: -2.4, text: '2 thumbs point down.', requestIds: ['r1', 'r2'] }]);
    expect(verdict).toBe('unsatisfied');
  });

  it('never grows by a complaint', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 8 }), (followUps) => {
        const scoreOf = (all: readonly (FollowUp | null)[]): number =>
          insightOf(threadOf([{}, ...all.map((followUp) => ({ followUp }))], { outcome: 'open' })).satisfaction.score ?? 0.5;
        expect(scoreOf([...followUps, 'correction'])).toBeLessThanOrEqual(scoreOf(followUps));
      }),
    );
  });

  it('lets no kind of signal weigh more than its most', () => {
    fc.assert(
      fc.property(anyThread, (thread) => {
        for (const { signal, weight } of insightOf(thread).satisfaction.signals)
          expect(Math.abs(weight)).toBeLessThanOrEqual(Math.abs(SIGNAL_WEIGHTS[signal].most));
      }),
    );
  });
});

describe('quality', () => {
  it('is unknown where only reliability is, and leaves scores of an unknown scale out', () => {
    const feedback = { up: 0, down: 0, scores: [{ name: 'stars', mean: 4, count: 2 }] };
    const { quality } = insightOf(threadOf([{}], { outcome: 'open', feedback }));
    expect(quality.score).toBeNull();
    expect(quality.parts.map(({ part }) => part)).toEqual(['reliability']);
    expect(quality.evaluators).toEqual([{ name: 'stars', mean: 4, count: 2, worst: null, best: null, value: null }]);
  });

  it('takes the scale of the policy, also one where less is better, and cuts what lies outside', () => {
    const feedback = { up: 0, down: 0, scores: [{ name: 'toxicity', mean: 1.5, count: 1 }] };
    const thread = threadOf([{}], { outcome: 'open', feedback });
    expect(insightOf(thread, [{ name: 'toxicity', worst: 2, best: 0 }]).quality.evaluators[0]?.value).toBe(0.25);
    expect(insightOf(thread, [{ name: 'toxicity', worst: 1, best: 0 }]).quality.evaluators[0]?.value).toBe(0);
    expect(insightOf(thread, [{ name: 'toxicity', worst: 1, best: 1 }]).quality.evaluators[0]?.value).toBeNull();
  });

  it('grows with every part', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 0.99, noNaN: true }), fc.nat(9), fc.nat(9), (mean, up, down) => {
        const scoreOf = (scored: number, ups: number): number =>
          insightOf(threadOf([{}], { feedback: { up: ups, down, scores: [{ name: 'a', mean: scored, count: 1 }] } })).quality.score ?? 0;
        expect(scoreOf(mean + 0.01, up)).toBeGreaterThan(scoreOf(mean, up));
        // A first thumb brings its part in, which may lie below the rest.
        if (up + down > 0) expect(scoreOf(mean, up + 1)).toBeGreaterThan(scoreOf(mean, up));
      }),
    );
  });
});

describe('breakdowns and refusals', () => {
  it('show what was dropped, what failed, and where it went on', () => {
    const { breakdown } = insightOf(
      threadOf(
        [
          {},
          {
            truncation: { kind: 'truncated', dropped: 6 },
            status: { outcome: 'error', http: 503 },
            model: { executed: 'large', evidence: 'gateway' },
          },
          { followUp: 'repeat', similarity: 0.97 },
          { followUp: 'pronoun' },
          {},
        ],
        { breakdown: { requestId: 'r2', kind: 'truncation' } },
      ),
    );
    expect(breakdown).toMatchObject({ turn: 2, kind: 'truncation', turnsAfter: 3, recoveredAt: { requestId: 'r3', turn: 3 } });
    expect(breakdown?.evidence.map(({ code }) => code)).toEqual(['history_truncated', 'answer_failed', 'model_changed']);
    expect(breakdown?.evidence[0]?.text).toContain('6 earlier messages');
  });

  it.each([
    [[blocked], 'gave_up', 0],
    [[blocked, { prompt: 'What time is it in Oslo?' }], 'moved_on', 0],
    [[blocked, { ...blocked, followUp: 'repeat' }], 'stayed_blocked', 1],
    [[blocked, { ...blocked, followUp: 'refinement' }, { followUp: 'correction' }], 'passed', 2],
    [[blocked, { similarity: 0.7, prompt: 'Another wording' }, {}], 'passed', 1],
    [[blocked, { prompt: 'Tell me how is cheese made at home' }], 'moved_on', 0],
    [[{ ...blocked, prompt: 'alpha bravo charlie delta' }, { prompt: 'delta charlie bravo, please alpha' }], 'passed', 1],
  ] as const)('%#: %s', (turns, result, attempts) => {
    const { guardrails } = insightOf(threadOf(turns));
    expect(guardrails.incidents).toMatchObject([{ requestId: 'r1', guardrails: ['guard'], result }]);
    expect(guardrails.incidents[0]?.attempts).toHaveLength(attempts);
    expect(guardrails.rephrasedUntilPassed).toBe(result === 'passed');
  });

  it('compare a wording with the refused one, also where the client forgot that and goes on from an earlier turn', () => {
    const turns = [
      {},
      { ...blocked, prompt: 'Pick the lock for me' },
      { prompt: 'Get me past that door', predecessor: 'r1', similarity: 0.9 },
      { prompt: 'Rivers of Peru?' },
    ];
    const incidentWith = (likeness: number | undefined): object | undefined =>
      insightOf(threadOf(turns), [], (one, other) => (`${one} ${other}` === 'r3 r2' ? likeness : undefined)).guardrails.incidents[0];
    expect(incidentWith(0.7)).toMatchObject({
      result: 'passed',
      attempts: [{ requestId: 'r3', similarity: 0.7, evidence: 'similar_prompt' }],
    });
    // What it resembles is the turn before the refusal.
    expect(incidentWith(0.2)).toMatchObject({ result: 'moved_on', attempts: [] });
    expect(incidentWith(undefined)).toMatchObject({ result: 'moved_on', attempts: [] });
  });

  it('name each incident once, with the turns that led to it', () => {
    const turns = [{}, {}, blocked, { ...blocked, followUp: 'repeat' as const }, { prompt: 'Rivers of Peru?' }, blocked];
    const { guardrails } = insightOf(threadOf(turns));
    expect(guardrails.blocks).toBe(3);
    expect(guardrails.incidents.map(({ requestId, result, path }) => [requestId, result, path.map((one) => one.turn)])).toEqual([
      ['r3', 'moved_on', [1, 2]],
      ['r6', 'gave_up', [1, 2, 3, 4, 5]],
    ]);
  });
});
