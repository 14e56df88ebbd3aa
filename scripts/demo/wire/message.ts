// What was said, in no provider's words, and what goes out to a provider.

export interface ToolUse {
  readonly id: string;
  readonly name: string;
  /** JSON text. */
  readonly arguments: string;
}

export type Said =
  | { readonly role: 'user'; readonly text: string }
  | { readonly role: 'assistant'; readonly text: string; readonly calls: readonly ToolUse[] }
  | { readonly role: 'tool'; readonly callId: string; readonly text: string };

/** All that a body is made from. */
export interface Ask {
  readonly model: string;
  readonly system: string | undefined;
  readonly said: readonly Said[];
  readonly tools: readonly { readonly name: string; readonly description: string; readonly parameters: unknown }[];
  readonly temperature: number;
  readonly stream: boolean;
  /** As the body names the user, where it does. */
  readonly user: string | undefined;
  readonly previousResponseId: string | undefined;
}

/** Path below the route, and the body. */
export interface Wire {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}
