// GET /v1/runs, /v1/runs/diff, /v1/runs/answers, /v1/runs/:id, /v1/runs/:id/bundle.
import type { Verdict } from '#contract';
import { ClewError, timeOf, type QueryParameter, type Route, type Scope } from '../kernel/index.ts';
import type { Bundler } from './bundle.ts';
import { compareRuns, type TemplateTexts } from './compare.ts';
import type { RunReader, StoredRun } from './ports.ts';
import { answerTo, QUESTIONS, type Answer, type Question } from './questions.ts';
import { DEVIATION, provenanceOf, RUN_FIELDS, RUN_ID, runSummary, TIME, VERDICT } from './views.ts';

const permission = 'runs:read';

const WINDOW: readonly QueryParameter[] = [
  { name: 'from', description: 'Not before', schema: TIME },
  { name: 'to', description: 'Not after', schema: TIME },
  { name: 'cursor', description: 'That of the page before', schema: { type: 'string', maxLength: 512 } },
  { name: 'limit', description: 'Runs a page, 50 unless given', schema: { type: 'integer', minimum: 1, maximum: 200 } },
];
const FILTERS: readonly QueryParameter[] = [
  { name: 'verdict', description: 'Runs with this verdict', schema: { type: 'string', ...VERDICT } },
  {
    name: 'model',
    description: 'Model that answered, or that was asked for where none is known',
    schema: { type: 'string', maxLength: 256 },
  },
  ...WINDOW,
];
const RUN = { type: 'object', properties: RUN_FIELDS };
const pageOf = (item: object) => ({
  type: 'object',
  properties: { items: { type: 'array', items: item }, next: { type: ['string', 'null'] } },
});

interface RunRoutesParts {
  readonly runs: RunReader;
  readonly bundler: Bundler;
  /** Texts that manifests declare, by digest. */
  readonly texts: TemplateTexts;
}

export function runRoutes(parts: RunRoutesParts): Route[] {
  // diff and answers before :id, which would take them for ids.
  return [listRoute(parts), diffRoute(parts), answersRoute(parts), runRoute(parts), bundleRoute(parts)];
}

function listRoute({ runs }: RunRoutesParts): Route {
  return {
    method: 'get',
    path: '/v1/runs',
    permission,
    summary: 'Runs, newest first, with the digest of what each was composed of and the verdict on it',
    query: FILTERS,
    success: { status: 200, description: 'A page; next is null on the last', schema: pageOf(RUN) },
    handle: async ({ caller, query }) => {
      const filter = { model: query['model'], verdict: query['verdict'] as Verdict | undefined, ...windowOf(query) };
      const page = await runs.list(caller.scope, filter, { cursor: query['cursor'], limit: Number(query['limit'] ?? 50) });
      return { status: 200, json: { items: page.items.map(runSummary), next: page.next } };
    },
  };
}

function diffRoute({ runs, texts }: RunRoutesParts): Route {
  const side = { type: 'object', properties: { id: RUN_ID, digest: { type: 'string' } } };
  const words = {
    type: 'array',
    items: { type: 'object', properties: { kind: { enum: ['same', 'removed', 'added'] }, text: { type: 'string' } } },
  };
  return {
    method: 'get',
    path: '/v1/runs/diff',
    permission,
    summary: 'Where the compositions of two runs differ: by field, prompts and templates by word, tools by schema',
    query: [
      { name: 'a', description: 'Run id', required: true, schema: RUN_ID },
      { name: 'b', description: 'Run id', required: true, schema: RUN_ID },
    ],
    success: {
      status: 200,
      description:
        'The differences by path, none where the compositions are the same. Salted commitments differ for equal texts and are compared by length only.',
      schema: {
        type: 'object',
        properties: {
          a: side,
          b: side,
          differences: { type: 'array', items: DEVIATION },
          texts: {
            type: 'object',
            description: 'Word by word, where both texts are held; absent where the caller may not read conversations',
            properties: { prompt: words, answer: words },
          },
          templates: { type: 'array', items: { type: 'object', properties: { path: { type: 'string' }, words } } },
          tools: {
            type: 'array',
            items: {
              type: 'object',
              properties: { path: { type: 'string' }, name: { type: 'string' }, differences: { type: 'array', items: DEVIATION } },
            },
            description: 'Definitions that differ, by their own fields, where manifests declare both',
          },
        },
      },
    },
    errors: ['not_found'],
    handle: async ({ caller, query }) => {
      const a = await findRun(runs, caller.scope, query['a'] ?? '');
      const b = await findRun(runs, caller.scope, query['b'] ?? '');
      // An auditor sees what runs were made of, not what people said.
      const mayRead = caller.role === 'admin' || caller.role === 'engineer';
      const held = mayRead ? await Promise.all([runs.textsOf(caller.scope, a.id), runs.textsOf(caller.scope, b.id)]) : undefined;
      return { status: 200, json: compareRuns(a, b, texts, held) };
    },
  };
}

function answersRoute({ runs }: RunRoutesParts): Route {
  const item = {
    type: 'object',
    properties: {
      id: RUN_ID,
      at: TIME,
      thread: { type: ['string', 'null'] },
      answer: { enum: ['yes', 'no', 'unknown'] },
      why: { type: 'string' },
      differences: { type: 'array', items: DEVIATION },
    },
  };
  return {
    method: 'get',
    path: '/v1/runs/answers',
    permission,
    summary:
      'One question to one run or to all of a window. prompt: was the system prompt the approved one? model: was the executing model the authorised one? composition: did all match what was declared? change: does it differ from the run before it in its thread?',
    query: [
      { name: 'question', description: 'Which', required: true, schema: { type: 'string', enum: QUESTIONS } },
      { name: 'run', description: 'One run; without it, those of the window', schema: RUN_ID },
      {
        name: 'answer',
        description: 'Only runs with this answer; pages can then be short',
        schema: { type: 'string', enum: ['yes', 'no', 'unknown'] },
      },
      ...WINDOW,
    ],
    success: { status: 200, description: 'Newest first; next is null on the last page', schema: pageOf(item) },
    errors: ['not_found'],
    handle: async ({ caller, query }) => {
      const question = query['question'] as Question;
      const { scope } = caller;
      const answerFor = async (run: StoredRun): Promise<Answer> =>
        answerTo(question, run, question === 'change' ? await runs.before(scope, run.id) : undefined);
      if (query['run'] !== undefined) {
        const run = await findRun(runs, scope, query['run']);
        return { status: 200, json: { items: [answered(run, await answerFor(run))], next: null } };
      }
      // Only drifted runs can have "no" for an answer to what is declared.
      const verdict = query['answer'] === 'no' && question !== 'change' ? 'drifted' : undefined;
      const page = await runs.list(
        scope,
        { verdict, ...windowOf(query) },
        { cursor: query['cursor'], limit: Number(query['limit'] ?? 50) },
      );
      const items = await Promise.all(page.items.map(async (run) => answered(run, await answerFor(run))));
      const wanted = items.filter(({ answer }) => query['answer'] === undefined || answer === query['answer']);
      return { status: 200, json: { items: wanted, next: page.next } };
    },
  };
}

const answered = (run: StoredRun, answer: Answer) => ({
  id: run.id,
  at: new Date(run.atMs).toISOString(),
  thread: run.threadId,
  ...answer,
});

function runRoute({ runs }: RunRoutesParts): Route {
  return {
    method: 'get',
    path: '/v1/runs/:id',
    permission,
    summary: 'One run: its composition record, without salts, the digest of it, and where it differs from what is declared',
    success: {
      status: 200,
      description: 'The run',
      schema: {
        type: 'object',
        properties: {
          ...RUN_FIELDS,
          traceId: { type: ['string', 'null'] },
          deviations: { type: 'array', items: DEVIATION },
          checked: {
            type: 'array',
            items: { type: 'string' },
            description: 'What the manifest speaks of; the verdict says nothing of the rest',
          },
          record: { type: 'object', description: 'The composition record; its canonical bytes give the digest' },
          before: { type: ['string', 'null'], description: 'Run of the same kind before it in its thread' },
          truncation: {
            type: ['object', 'null'],
            description:
              'Earlier messages of the thread that the client no longer sends, as linking found: dropped, and kind truncated or compacted. Not part of the record: one request does not show it.',
          },
          provenance: {
            type: 'object',
            description: 'Of each field: seen at the gateway, stated by the provider, or stated by the application',
          },
        },
      },
    },
    errors: ['not_found'],
    handle: async ({ caller, params }) => {
      const run = await findRun(runs, caller.scope, params['id'] ?? '');
      const { differences: deviations, checked } = run.judgement;
      const { before, truncation } = await runs.inThread(caller.scope, run.id);
      const { traceId, record } = run;
      return {
        status: 200,
        json: { ...runSummary(run), traceId, deviations, checked, before, truncation, record, provenance: provenanceOf(run) },
      };
    },
  };
}

function bundleRoute({ bundler }: RunRoutesParts): Route {
  return {
    method: 'get',
    path: '/v1/runs/:id/bundle',
    permission,
    summary: 'All that is needed to check the run offline: `clew identity verify`, or any DSSE and C2SP tools',
    success: {
      status: 200,
      description: 'Signed statement, proof of inclusion with the checkpoint, and which keys are meant',
      schema: {
        type: 'object',
        required: ['envelope', 'proof', 'vkey', 'gatewayKey'],
        properties: { envelope: { type: 'object' }, proof: { type: 'string' }, vkey: { type: 'string' }, gatewayKey: { type: 'string' } },
      },
    },
    errors: ['not_found', 'unavailable'],
    handle: async ({ caller, params }) => {
      const bundle = await bundler.bundle(caller.scope, params['id'] ?? '');
      if (!bundle) throw new ClewError('not_found');
      return { status: 200, json: bundle };
    },
  };
}

async function findRun(runs: RunReader, scope: Scope, id: string): Promise<StoredRun> {
  const run = await runs.find(scope, id);
  if (!run) throw new ClewError('not_found');
  return run;
}

const windowOf = (query: Readonly<Record<string, string | undefined>>) => ({
  fromMs: timeParameter(query['from']),
  toMs: timeParameter(query['to']),
});

const timeParameter = (value: string | undefined): number | undefined => (value === undefined ? undefined : timeOf(value));
