// What a sample conversation is made of. The conversations themselves are data; apps say how their clients behave.

/** One call of a tool within a turn, and what the application's tool gave back. */
export interface ToolStep {
  readonly call: string;
  readonly result: string;
}

/** What is out of the ordinary in a turn. */
export interface How {
  /** Time since the previous turn of the conversation: minutes in the past, seconds live. */
  readonly pause?: number;
  /** The provider fails with this HTTP status; nothing is answered and the client forgets the attempt. */
  readonly error?: number;
  /** The provider's content filter ends the answer. */
  readonly filter?: boolean;
  /** Another model answers than the one asked for. */
  readonly fallback?: string;
  /** Tools that the model calls together before it answers. */
  readonly tools?: readonly ToolStep[];
  /** Further rounds of tools within the same turn, one after the other. */
  readonly more?: readonly (readonly ToolStep[])[];
  /** Takes the place of the previous turn: the same words regenerate its answer, others edit its question. */
  readonly replace?: boolean;
  /** The client replaces all it has kept by this summary before it asks. */
  readonly compact?: string;
  /** So many of the newest messages stay behind that summary. */
  readonly keep?: number;
  /** Name of the thread that this turn belongs to, where it is not the conversation's own: an older or a second matter. */
  readonly of?: string;
  /** The turn, and all after it, come so many seconds after live traffic began: an older topic is taken up again. */
  readonly resumeLive?: number;
}

/** What the user writes, what the model answers (made up by the provider where it is missing), and what is special. */
export type Turn = readonly [ask: string, answer?: string | undefined, how?: How];

/** past: before the demo began. live: in its first minute and a half. later: now and then, for a quarter of an hour. */
export type When = 'past' | 'live' | 'later';

export interface Conversation {
  /** Unique; stands for the thread that a person would see. */
  readonly name: string;
  /** Who asks, as the application names them; empty where it names nobody. */
  readonly user: string;
  readonly app: AppName;
  readonly when: When;
  /** Minutes before now, or seconds after live traffic began; spread evenly where it is missing. */
  readonly start?: number;
  readonly turns: readonly Turn[];
}

export type AppName = 'ide' | 'rail' | 'kitchen' | 'people' | 'study' | 'ledger' | 'assistant' | 'desk' | 'catalogue';

export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  /** JSON schema of its arguments. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** How the client of an application talks to its provider. */
export interface App {
  readonly route: string;
  readonly consumer: string;
  /** The demo's own key of that consumer; it opens nothing outside the trial gateway. */
  readonly apikey: string;
  readonly dialect: 'chat' | 'anthropic' | 'responses' | 'embeddings';
  readonly model: string;
  /** whole: sends everything again. none: sends the newest message alone. A number: the newest so many messages. */
  readonly memory: 'whole' | 'none' | number;
  readonly stream: boolean;
  /** Asks for a title after the first answer. */
  readonly titles: boolean;
  readonly temperature: number;
  /** Where the application says who asks. */
  readonly identity: 'body' | 'header' | 'jwt' | 'nobody';
  /** Declares a session id. */
  readonly session: boolean;
  /** Starts a trace of its own, as an instrumented application does. */
  readonly traced: boolean;
  readonly tools: readonly ToolSpec[];
  /** Instructions by release, each with when it came into force: minutes before now, or seconds after live traffic began. */
  readonly system: readonly { readonly text: string; readonly variant: string; readonly fromMinutes: number }[];
}
