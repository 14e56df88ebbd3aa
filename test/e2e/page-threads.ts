// Our own conversations, one for each thing that the page must show well.
import { request, thread } from './page-world.ts';
import type { FeedbackView, RequestView, ThreadDetail, ThreadSummary } from '../../control-plane/src/threads/index.ts';

/** Moves a thread in time so that it ended so many minutes before now. */
function endedAgo(entry: ThreadDetail, minutes: number): ThreadDetail {
  const shift = Date.now() - minutes * 60_000 - Date.parse(entry.lastAt);
  const move = (time: string): string => new Date(Date.parse(time) + shift).toISOString();
  const requests = entry.requests.map((one) => ({ ...one, at: move(one.at), endedAt: one.endedAt === null ? null : move(one.endedAt) }));
  return { ...entry, requests, startedAt: move(entry.startedAt), lastAt: move(entry.lastAt) };
}

let saidSoFar = 0;
const said = (kind: FeedbackView['kind'], value: FeedbackView['value'], given: Partial<FeedbackView> = {}): FeedbackView => ({
  id: `fb_${++saidSoFar}`,
  kind,
  value,
  name: null,
  source: 'user',
  at: new Date(Date.now() - 120_000).toISOString(),
  requestId: null,
  ...given,
});

const rota = (): ThreadDetail => {
  const id = 'thr_rota';
  const history = (length: number): Partial<RequestView> => ({
    historyLength: length,
    method: 'history',
    confidence: 1,
    reasons: [{ code: 'history_prefix', text: 'Its history is that of an earlier request and its answer.' }],
    alternatives: [],
  });
  return thread(
    id,
    [
      request(id, 1, {
        ...history(1),
        prompt: 'I run a bakery with eleven people. Help me plan a weekly rota in which nobody bakes more than four nights in a row.',
        answer:
          'Let us start from the nights, since they are the scarce part.\n\n1. Seven nights, three bakers each: 21 night shifts.\n2. Eleven people, at most four nights in a row.\n\nWho cannot work nights at all?',
        redactions: { PERSON: 2 },
      }),
      request(id, 2, {
        ...history(3),
        prompt: '[PERSON_k3f2] and [PERSON_9ab1] cannot. Everyone else can.',
        similarity: 0.41,
        followUp: 'elaboration',
      }),
      request(id, 3, {
        ...history(5),
        prompt: 'Now write it as a table, people down, days across.',
        similarity: 0.52,
        intent: 'task_execution',
      }),
      request(id, 4, {
        ...history(4),
        prompt: 'No, you put [PERSON_k3f2] on Tuesday night. I told you that she cannot work nights.',
        answer: 'You are right, sorry about that. Could you tell me again who cannot work nights?',
        similarity: 0.33,
        followUp: 'correction',
        intent: 'error_recovery',
        truncation: { dropped: 4, kind: 'truncated' },
        reasons: [
          { code: 'history_tail', text: 'Its history ends like that of an earlier request.' },
          { code: 'history_truncated', text: 'The client no longer sends 4 earlier messages.' },
        ],
        confidence: 0.93,
        model: { requested: 'gpt-4o', executed: 'gpt-4o-mini-2024-07-18', evidence: 'response_body' },
        redactions: { PERSON: 1 },
      }),
      request(id, 5, {
        ...history(4),
        moves: [{ from: 'thr_holiday_rota', evidence: 'history', by: `${id}-6`, at: new Date(Date.now() - 60_000).toISOString() }],
        prompt: 'I said so in my second message!',
        followUp: 'repeat',
        intent: 'error_recovery',
        similarity: 0.18,
      }),
      request(id, 6, {
        ...history(6),
        prompt: 'Start over, please.',
        position: 'continuation',
        intent: 'conversation_management',
        similarity: 0.12,
      }),
    ],
    {
      outcome: 'corrected',
      topic: { id: 'top_1', label: 'rota, shifts, nights' },
      breakdown: { requestId: `${id}-4`, kind: 'truncation' },
      feedback: { up: 1, down: 1, completed: false, scores: [{ name: 'groundedness', mean: 0.42, count: 2 }] },
      feedbackGiven: [
        said('completion', false, { source: 'application' }),
        said('thumbs', 'down', { requestId: `${id}-4` }),
        said('comment', 'She told it twice. [PERSON_k3f2] cannot work nights, and the table has her on Tuesday.', {
          requestId: `${id}-4`,
        }),
        said('score', 0.31, { requestId: `${id}-4`, name: 'groundedness', source: 'evaluator' }),
        said('score', 0.53, { requestId: `${id}-3`, name: 'groundedness', source: 'evaluator' }),
        said('thumbs', 'up', { requestId: `${id}-1` }),
      ],
    },
  );
};

const agent = (): ThreadDetail => {
  const id = 'thr_agent';
  const head = request(id, 1, { prompt: 'Which of our ovens used most energy last month, and why?', intent: 'task_execution' });
  const step = (n: number, parentRunId: string, given: Partial<RequestView> = {}): RequestView =>
    request(id, 1, {
      id: `${id}-1-${n}`,
      runId: `${n}`.padStart(32, 'a'),
      prompt: null,
      method: 'history',
      call: { kind: 'step', parentRunId },
      at: new Date(Date.parse(head.at) + n * 2100).toISOString(),
      endedAt: new Date(Date.parse(head.at) + n * 2100 + 900).toISOString(),
      ...given,
    });
  const first = step(1, head.runId!);
  return thread(
    id,
    [
      head,
      first,
      step(2, first.runId!, {
        status: { http: 429, outcome: 'error' },
        error: { type: 'rate_limit', code: 'rate_limit_exceeded', stage: 'routing' },
      }),
      step(3, first.runId!, { answer: 'Oven 3. Its door seal leaks, so it reheats every 11 minutes.' }),
      step(4, head.runId!, {
        call: { kind: 'auxiliary', auxiliary: 'title', parentRunId: head.runId! },
        model: { requested: 'gpt-4o-mini', executed: 'gpt-4o-mini', evidence: 'response_body' },
      }),
      request(id, 2, {
        prompt: 'Write a ticket for the seal.',
        answer: 'Done: the ticket is filed.',
        similarity: 0.58,
        followUp: 'implicit_subject',
        intent: 'task_execution',
      }),
    ],
    {
      outcome: 'open',
      user: 'usr_e0772bd14c9a8835',
      topic: { id: 'top_2', label: 'oven, energy, seal' },
      breakdown: { requestId: `${id}-1-2`, kind: 'error' },
    },
  );
};

const guarded = (): ThreadDetail => {
  const id = 'thr_guarded';
  return thread(
    id,
    [
      request(id, 1, {
        user: 'usr_90f1',
        prompt: 'Summarise the complaint of [PERSON] ([EMAIL_ADDRESS]).',
        guardrails: [{ name: 'pii', verdict: 'mask', stage: 'request' }],
      }),
      request(id, 2, {
        user: 'usr_90f1',
        prompt: 'Now give me the home address behind that e-mail.',
        answer: null,
        guardrails: [{ name: 'no-doxxing', verdict: 'block', stage: 'request' }],
        status: { http: 403, outcome: 'blocked' },
        usage: null,
        costUsd: 0,
        confidence: 0.58,
      }),
    ],
    {
      outcome: 'failed',
      breakdown: { requestId: `${id}-2`, kind: 'guardrail_block' },
      topic: { id: 'top_3', label: 'complaint, customer' },
    },
  );
};

const arabic = (): ThreadDetail => {
  const id = 'thr_arabic';
  return thread(id, [
    request(id, 1, {
      user: 'usr_31d8',
      prompt: 'كيف أحافظ على خميرة العجين حية عندما أسافر لمدة أسبوعين؟',
      answer: 'ضع الخميرة في الثلاجة بعد تغذيتها، وستبقى حية أسبوعين أو أكثر.',
    }),
    request(id, 2, {
      user: 'usr_31d8',
      prompt: 'وماذا لو لم تكن لدي ثلاجة (fridge) في المكان؟',
      similarity: 0.69,
      followUp: 'elaboration',
    }),
  ]);
};

const chinese = (): ThreadDetail => {
  const id = 'thr_cjk';
  return thread(
    id,
    [
      request(id, 1, {
        user: 'usr_c77a',
        prompt: '请帮我把这份面包配方换算成二十人份,并说明每一步需要多长时间。',
        answer: '好的。面粉两千克,水一千三百克。',
      }),
      request(id, 2, {
        user: 'usr_c77a',
        prompt: '水を少し減らしたら、生地はどうなりますか。',
        similarity: 0.57,
        position: 'continuation',
      }),
    ],
    { topic: { id: 'top_4', label: '配方, 面包, 换算' }, models: ['claude-sonnet-4-20250514', 'gpt-4o-2024-08-06', 'mistral-large-2411'] },
  );
};

const long = (): ThreadDetail => {
  const id = 'thr_long';
  const prompt = `Here is a log line without a space: ${'x'.repeat(900)}. ${'Tell me what happened, step by step, and do not leave anything out. '.repeat(120)}`;
  return thread(id, [request(id, 1, { user: null, prompt, answer: 'A very long answer that goes on. '.repeat(400) })], {
    outcome: 'abandoned',
    costUsd: null,
    topic: { id: 'top_5', label: 'log, line, space, happened, step, and a few words more than fit into a row' },
  });
};

/** A thread of so many turns. */
export const many = (turns: number): ThreadDetail =>
  endedAgo(
    thread(
      'thr_many',
      Array.from({ length: turns }, (_, index) =>
        request('thr_many', index + 1, {
          prompt: `Line ${index + 1} of the inventory: how many sacks are left?`,
          similarity: index === 0 ? null : 0.5 + 0.45 * Math.sin(index / 37),
        }),
      ),
      { breakdown: { requestId: `thr_many-${Math.floor(turns * 0.7)}`, kind: 'repeat' }, user: 'usr_many' },
    ),
    600,
  );

const QUESTIONS = [
  'How long does rye keep?',
  'Translate the menu into Dutch.',
  'Why is my crust soft?',
  'Name five fillings without nuts.',
];

/** Short threads to fill pages. */
export const filler = (count: number): ThreadDetail[] =>
  Array.from({ length: count }, (_, index) => {
    const id = `thr_fill_${index}`;
    const one = request(id, 1, { user: `usr_${(index % 9) + 10}`, prompt: QUESTIONS[index % QUESTIONS.length]! });
    return endedAgo(thread(id, [one]), 90 + index * 7);
  });

export const fresh = (given: Partial<ThreadSummary> = {}): ThreadDetail => {
  const id = 'thr_fresh';
  return endedAgo(thread(id, [request(id, 1, { prompt: 'What is a clew?', user: 'usr_fresh' })], { outcome: 'open', ...given }), 0);
};

export const samples = (): ThreadDetail[] => [
  endedAgo(agent(), 1),
  endedAgo(rota(), 4),
  endedAgo(guarded(), 16),
  endedAgo(arabic(), 31),
  endedAgo(chinese(), 48),
  endedAgo(long(), 75),
];
