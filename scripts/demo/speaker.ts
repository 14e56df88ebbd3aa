// The client of one conversation: it keeps what was said the way its application does, and asks accordingly.
import { createHash, randomBytes } from 'node:crypto';
import { readAnswer, readRequest, type LlmAnswer, type RawCall } from '#dialects';
import { instructionsAt } from './apps.ts';
import { kindsOf, type Kind, type Purpose } from './kinds.ts';
import type { Answered, Outgoing, Send } from './send.ts';
import type { App, Conversation, Turn } from './types.ts';
import { toWire, type Said } from './wire/index.ts';

/** A request that was sent, for the figures at the end. */
export interface Sent {
  readonly runId: string | undefined;
  readonly conversation: string;
  readonly status: number;
  /** False for what the client asks on its own account: a title, a summary, an embedding. */
  readonly isConversation: boolean;
  readonly kinds: readonly Kind[];
}

/** How fast and from where a turn is taken. */
export interface Moment {
  /** Minutes relative to the start of live traffic; decides which instructions are in force. */
  readonly minutes: number;
  /** Lets the provider take its time, as a real one does. */
  readonly isPaced: boolean;
}

const TITLE = 'Generate a concise, 3-5 word title for this conversation.';

/** One request of a turn. `system` takes the place of the application's own instructions. */
type Go = (purpose: Purpose, script: readonly string[], said: readonly Said[], system?: string) => Promise<LlmAnswer | undefined>;

export class Speaker {
  readonly conversation: Conversation;
  readonly #app: App;
  readonly #sessionId: string;
  #said: Said[] = [];
  #responseIds: string[] = [];

  constructor(conversation: Conversation, app: App) {
    this.conversation = conversation;
    this.#app = app;
    this.#sessionId = `${app.route}-${digest(conversation.name).slice(0, 12)}`;
  }

  /** Takes one turn with all the requests that it needs. Rejects only where a request cannot be sent at all. */
  async take(turn: Turn, index: number, moment: Moment, send: Send): Promise<Sent[]> {
    const [ask, answer, how = {}] = turn;
    const sent: Sent[] = [];
    const variant = instructionsAt(this.#app, moment.minutes)?.variant;
    const go: Go = async (purpose, script, said, system) => {
      const request = this.#request(said, script, moment, system);
      const answered = await send(request);
      sent.push({
        runId: answered.runId,
        conversation: how.of ?? this.conversation.name,
        status: answered.status,
        isConversation: system === undefined && this.#app.dialect !== 'embeddings',
        kinds: kindsOf(this.#app, ask, how, purpose, variant),
      });
      return answered.status < 300 ? read(request, answered) : undefined;
    };

    if (how.replace === true) this.#forgetLastTurn();
    if (how.compact !== undefined) await this.#compact(how.compact, how.keep ?? 0, go);
    const before = this.#said.length;
    this.#said.push({ role: 'user', text: ask });
    const say = answer === undefined ? [] : [saying(answer)];
    const rounds = how.tools === undefined ? [] : [how.tools, ...(how.more ?? [])];
    for (const [at, round] of rounds.entries()) {
      const names = round.map(({ call }) => call).join(',');
      const calling = await go('toolCalls', [`tool=${names}`, ...(at === 0 ? [] : ['again'])], this.#remembered());
      if (calling)
        this.#keepCalls(
          calling,
          round.map(({ result }) => result),
        );
    }
    const last = await go('turn', [...say, ...scriptOf(how)], this.#remembered());
    if (last?.message === undefined || last.blocked) this.#said.length = before;
    else this.#keepAnswer(last);
    if (index === 0 && this.#app.titles && last !== undefined) await this.#askForTitle(go);
    return sent;
  }

  #keepAnswer(answer: LlmAnswer): void {
    this.#said.push({ role: 'assistant', text: answer.text ?? '', calls: [] });
    if (answer.responseId !== undefined) this.#responseIds.push(answer.responseId);
  }

  #keepCalls(answer: LlmAnswer, results: readonly string[]): void {
    const calls = answer.toolCalls.map((call, at) => ({ id: call.id ?? `call_${at}`, name: call.name, arguments: call.arguments }));
    this.#said.push({ role: 'assistant', text: answer.text ?? '', calls });
    for (const [at, call] of calls.entries()) this.#said.push({ role: 'tool', callId: call.id, text: results[at] ?? '' });
  }

  #forgetLastTurn(): void {
    this.#said.length = Math.max(
      0,
      this.#said.findLastIndex(({ role }) => role === 'user'),
    );
    this.#responseIds.pop();
  }

  /** What the client sends of what was said. */
  #remembered(): readonly Said[] {
    const { memory } = this.#app;
    if (memory === 'whole') return this.#said;
    const current = this.#said.slice(this.#said.findLastIndex(({ role }) => role === 'user'));
    if (memory === 'none') return current;
    // A window begins with something that the user said.
    const window = this.#said.slice(-Math.max(memory, current.length));
    return window.slice(window.findIndex(({ role }) => role === 'user'));
  }

  async #compact(summary: string, keep: number, go: Go): Promise<void> {
    const task = 'Your task is to create a detailed summary of the conversation so far, so that work can go on from it.';
    await go('summaries', [saying(summary)], [...this.#said, { role: 'user', text: task }], '');
    const kept = keep === 0 ? [] : this.#said.slice(-keep);
    this.#said = [{ role: 'user', text: `Summary of the conversation so far:\n${summary}` }, ...kept];
  }

  async #askForTitle(go: Go): Promise<void> {
    const text = this.#said.map((said) => `${said.role}: ${said.text}`).join('\n');
    await go('titles', [], [{ role: 'user', text: `${TITLE}\n\n${text.slice(0, 800)}` }], 'You are a title generator for a conversation.');
  }

  #request(said: readonly Said[], script: readonly string[], moment: Moment, system?: string): Outgoing {
    const app = this.#app;
    const instructions = instructionsAt(app, moment.minutes);
    const { user } = this.conversation;
    const wire = toWire(app.dialect, {
      model: app.model,
      system: system === undefined ? instructions?.text : system || undefined,
      said,
      tools: system === undefined ? app.tools : [],
      temperature: app.temperature,
      stream: app.stream && system === undefined,
      user: app.identity === 'body' ? user : undefined,
      previousResponseId: this.#responseIds.at(-1),
    });
    const body = JSON.stringify(wire.body);
    return {
      route: app.route,
      path: wire.path,
      body,
      headers: {
        'content-type': 'application/json',
        'user-agent': `${app.consumer}/1.4`,
        apikey: app.apikey,
        ...(app.identity === 'header' ? { 'x-clew-user': user } : {}),
        ...(app.identity === 'jwt' ? { authorization: `Bearer ${unsignedToken(user)}` } : {}),
        ...(app.session ? { 'x-session-id': this.#sessionId } : {}),
        ...(app.traced ? { traceparent: `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01` } : {}),
        ...(instructions === undefined ? {} : { 'x-clew-variant': instructions.variant }),
        'x-script': [...script, ...(moment.isPaced ? pace(body, app.stream) : [])].join(';'),
      },
    };
  }
}

/** Headers carry Latin letters alone, and directives end at a semicolon. */
const saying = (text: string): string => `say64=${Buffer.from(text).toString('base64')}`;

function scriptOf(how: NonNullable<Turn[2]>): string[] {
  return [
    ...(how.error === undefined ? [] : [`error=${how.error}`]),
    ...(how.filter === true ? ['filter'] : []),
    ...(how.fallback === undefined ? [] : [`model=${how.fallback}`]),
  ];
}

/** Different requests take differently long, the same one always the same. */
function pace(body: string, isStream: boolean): string[] {
  const slow = 250 + (Number.parseInt(digest(body).slice(0, 4), 16) % 1100);
  return [`slow=${slow}`, ...(isStream ? ['gap=12'] : [])];
}

/** Reads an answer as the plugin does, so that what is sent back next time is what was answered. */
function read(request: Outgoing, { status, headers, body }: Answered): LlmAnswer | undefined {
  const call: RawCall = {
    method: 'POST',
    path: request.path,
    requestHeaders: request.headers,
    requestBody: request.body,
    requestTruncated: false,
    status,
    responseHeaders: headers,
    responseBody: body,
    responseTruncated: false,
  };
  const reading = readRequest(call);
  return reading.ok ? readAnswer(call, reading.request) : undefined;
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A token that nobody signed: the trial gateway checks none, and only the subject matters here. */
function unsignedToken(subject: string): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none', typ: 'JWT' })}.${part({ sub: subject, iss: 'https://login.example.org' })}.`;
}
