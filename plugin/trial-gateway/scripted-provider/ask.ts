/** JSON that a client sent: nothing in it is taken on trust. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = Readonly<Record<string, Json>>;

export const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);
export const asArray = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : []);
export const asText = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
export const asNumber = (value: Json | undefined): number | undefined => (typeof value === 'number' ? value : undefined);

export interface ToolSpec {
  readonly name: string;
  readonly schema: JsonObject;
}

/** What any of the request formats asks for. */
export interface Ask {
  readonly model: string;
  readonly isStream: boolean;
  /** The last words of the user. */
  readonly prompt: string;
  /** What the user said before, oldest first. */
  readonly earlier: readonly string[];
  /** Results of tools that were called since the user's last words. */
  readonly toolResults: readonly string[];
  readonly tools: readonly ToolSpec[];
  /** A tool must be called: this one, or any. */
  readonly forcedTool: string | undefined;
  /** The answer must be JSON, of this schema where one is given. */
  readonly json: JsonObject | undefined;
  readonly maxTokens: number | undefined;
  /** Characters of the whole request, which stand for its tokens. */
  readonly inputChars: number;
}

export const ANY_TOOL = '*';

/** Text of a content field: a string, or parts of which some hold text. */
export function contentText(content: Json | undefined): string {
  if (typeof content === 'string') return content;
  return asArray(content)
    .map((part) => (isObject(part) ? asText(part['text']) : asText(part)))
    .filter((text) => text !== '')
    .join('\n');
}
