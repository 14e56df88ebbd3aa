import { ANY_TOOL, type Ask } from './ask.ts';
import { valueForSchema } from './from-schema.ts';
import { executedModel } from './models.ts';
import { withoutScript, type Script } from './script.ts';
import { composeAnswer, composeTitle, seedOf, subjectWords } from './sentences.ts';

export interface PlannedToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON text. */
  readonly arguments: string;
}

/** What will be answered, whatever the format. */
export interface Plan {
  /** Hexadecimal, from the request: the same request gets the same ids. */
  readonly seed: string;
  readonly model: string;
  readonly createdSeconds: number;
  readonly text: string;
  readonly toolCalls: readonly PlannedToolCall[];
  readonly finish: 'stop' | 'length' | 'tool' | 'filter';
  readonly usage: { readonly input: number; readonly output: number } | undefined;
}

const CHARS_PER_TOKEN = 4;
const tokens = (chars: number): number => Math.max(1, Math.ceil(chars / CHARS_PER_TOKEN));

/** A request for a title of the conversation, as chat clients make on the side. */
const TITLE_REQUEST =
  /\b(title|headline)\b.{0,80}\b(conversation|chat|message|thread|query|session)|\b(conversation|chat|thread)\b.{0,40}\btitle\b/is;

function planToolCalls(ask: Ask, script: Script, prompt: string, seed: string): PlannedToolCall[] {
  if (ask.toolResults.length > 0 && script.isAgain !== true) return [];
  const [first] = ask.tools;
  const forced = ask.forcedTool === ANY_TOOL ? first?.name : ask.forcedTool;
  const names = script.tools ?? (forced === undefined ? [] : [forced]);
  const words = subjectWords(prompt);
  return names.flatMap((name, index) => {
    const tool = ask.tools.find((candidate) => candidate.name === name);
    if (tool === undefined) return [];
    return [{ id: `${seed.slice(0, 20)}${index}`, name, arguments: JSON.stringify(valueForSchema(tool.schema, words)) }];
  });
}

function planText(ask: Ask, script: Script, prompt: string): string {
  if (script.say !== undefined) return script.say;
  const words = subjectWords(prompt);
  if (ask.json !== undefined)
    return JSON.stringify(
      ask.json['properties'] === undefined
        ? { answer: composeAnswer(prompt, ask.earlier, ask.toolResults) }
        : valueForSchema(ask.json, words),
    );
  if (TITLE_REQUEST.test(prompt)) return composeTitle(prompt);
  const text = composeAnswer(prompt, ask.earlier, ask.toolResults);
  return script.length === undefined || text.length >= script.length
    ? text
    : `${text} `.repeat(Math.ceil(script.length / (text.length + 1))).slice(0, script.length);
}

/** Decides the answer to a request. `salt` is the request's text, so that ids repeat with it. */
export function planAnswer(ask: Ask, script: Script, salt: string, nowMs: number): Plan {
  const seed = seedOf(salt).toString('hex');
  const prompt = withoutScript(ask.prompt);
  const toolCalls = script.isFiltered === true ? [] : planToolCalls(ask, script, prompt, seed);
  const whole = toolCalls.length > 0 || script.isFiltered === true ? '' : planText(ask, script, prompt);
  const limit = (ask.maxTokens ?? Infinity) * CHARS_PER_TOKEN;
  const text = whole.length > limit ? whole.slice(0, limit) : whole;
  const written = text.length + toolCalls.reduce((sum, call) => sum + call.name.length + call.arguments.length, 0);
  const finish = script.isFiltered === true ? 'filter' : toolCalls.length > 0 ? 'tool' : text.length < whole.length ? 'length' : 'stop';
  return {
    seed,
    model: script.model ?? executedModel(ask.model),
    createdSeconds: Math.floor(nowMs / 1000),
    text,
    toolCalls,
    finish,
    usage: script.hasNoUsage === true ? undefined : { input: tokens(ask.inputChars), output: tokens(written) },
  };
}

/** Pieces of a text as a model would stream them; long texts go in larger pieces. */
export function pieces(text: string): string[] {
  if (text.length <= 20_000) return text.match(/\s*\S+|\s+$/g) ?? [];
  const parts: string[] = [];
  for (let at = 0; at < text.length; at += 4096) parts.push(text.slice(at, at + 4096));
  return parts;
}
