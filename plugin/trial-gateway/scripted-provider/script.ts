// A request says how the provider shall behave by the header `x-script: slow=200; tool=get_weather` or by the same text
// between double square brackets in the last user message. What is no directive is left alone: it is ordinary text.

export interface Script {
  /** Answer with this HTTP error. */
  readonly error?: number;
  /** End with the provider's content filter. */
  readonly isFiltered?: boolean;
  /** Break the stream (or the body) off in the middle. */
  readonly isBroken?: boolean;
  /** Wait before the first byte. */
  readonly slowMs?: number;
  /** Wait between two events of a stream. */
  readonly gapMs?: number;
  /** Call these tools. */
  readonly tools?: readonly string[];
  /** Call them also where results of tools are there already: one more round. */
  readonly isAgain?: boolean;
  /** Answer with exactly this. */
  readonly say?: string;
  /** Answer with at least so many characters. */
  readonly length?: number;
  /** The model that answers, instead of the one asked for. */
  readonly model?: string;
  readonly hasNoUsage?: boolean;
}

type Directive = (value: string) => Script;

const MAX_WAIT_MS = 60_000;
const MAX_LENGTH = 64 * 1024 * 1024;

const numberUpTo = (value: string, limit: number): number => Math.min(Math.max(0, Number.parseInt(value, 10) || 0), limit);

const DIRECTIVES: Readonly<Record<string, Directive>> = {
  error: (value) => ({ error: /^[45]\d\d$/.test(value) ? Number(value) : 500 }),
  filter: () => ({ isFiltered: true }),
  broken: () => ({ isBroken: true }),
  slow: (value) => ({ slowMs: numberUpTo(value, MAX_WAIT_MS) }),
  gap: (value) => ({ gapMs: numberUpTo(value, MAX_WAIT_MS) }),
  tool: (value) => ({ tools: value.split(',').map((name) => name.trim()) }),
  again: () => ({ isAgain: true }),
  say: (value) => ({ say: value }),
  say64: (value) => ({ say: Buffer.from(value, 'base64').toString('utf8') }),
  length: (value) => ({ length: numberUpTo(value, MAX_LENGTH) }),
  model: (value) => ({ model: value }),
  nousage: () => ({ hasNoUsage: true }),
};

function parse(text: string): Script | undefined {
  let script: Script = {};
  for (const piece of text.split(';')) {
    const [name = '', ...rest] = piece.split('=');
    const key = name.trim().toLowerCase();
    // The name is the client's: "constructor" is no directive.
    const directive = Object.hasOwn(DIRECTIVES, key) ? DIRECTIVES[key] : undefined;
    if (directive === undefined) return undefined;
    script = { ...script, ...directive(rest.join('=').trim()) };
  }
  return script;
}

const MARKER = /\[\[([^[\]]{1,500})\]\]/g;

/** Directives of header and prompt; the header wins. */
export function readScript(header: string | undefined, prompt: string): Script {
  const marked = [...prompt.matchAll(MARKER)].map((match) => parse(match[1] ?? '') ?? {});
  return Object.assign({}, ...marked, header === undefined ? {} : parse(header)) as Script;
}

/** The prompt without its directives. */
export function withoutScript(prompt: string): string {
  return prompt.replace(MARKER, (whole, inner: string) => (parse(inner) === undefined ? whole : '')).trim();
}
