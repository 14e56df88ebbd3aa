// What a room's routes.ts gives to http/: a table of routes that knows no web framework. The same table makes the server
// and /openapi.json, so that neither can promise what the other does not hold.
import type { Readable } from 'node:stream';
import type { ErrorCode } from './errors.ts';
import type { Scope } from './scope.ts';

/** Who calls, as established from the token. */
export interface Caller {
  readonly tokenId: string;
  readonly scope: Scope;
  readonly role: string;
  /** Exactly what the caller may do; absent: what the role may. */
  readonly permissions?: readonly string[] | undefined;
  /** Present for callers who may see one principal's data only: everything else must look as if it did not exist. */
  readonly onlyUser?: string | undefined;
}

/** A JSON Schema, as OpenAPI 3.1 takes it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

export interface QueryParameter {
  readonly name: string;
  readonly description: string;
  readonly required?: boolean;
  readonly schema: JsonSchema;
}

export interface ApiRequest {
  readonly caller: Caller;
  readonly requestId: string;
  /** Decoded path parameters. */
  readonly params: Readonly<Record<string, string>>;
  /** Query parameters that the route declares, each at most once; others were refused before. */
  readonly query: Readonly<Record<string, string | undefined>>;
  /** Value of a request header; the name in lower case. */
  readonly header: (name: string) => string | undefined;
  /** Parsed JSON where the route declares body "json", else undefined. */
  readonly body: unknown;
  /** Raw body where the route declares body "stream". */
  readonly stream: Readable;
}

export interface ApiReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** JSON body; none when absent. */
  readonly json?: unknown;
  /** A body that is not JSON, in place of `json`. */
  readonly bytes?: { readonly contentType: string; readonly body: Uint8Array };
  /** A body that is written as it is made, in place of `json`; who leaves ends it early. */
  readonly text?: { readonly contentType: string; readonly body: AsyncIterable<string> };
}

export interface Route {
  readonly method: 'get' | 'post' | 'delete';
  /** With parameters as /v1/threads/:id. */
  readonly path: string;
  /** What the caller's role must hold; null: open to all. */
  readonly permission: string | null;
  readonly summary: string;
  readonly query?: readonly QueryParameter[];
  /** Others decide which parameters come: those that are not declared are passed over. */
  readonly takesOtherQuery?: boolean;
  /** Somebody tries to get in: few times a minute and address. */
  readonly isAttempt?: boolean;
  readonly body?: {
    readonly kind: 'json' | 'stream';
    /** Media types and their schema, for the API's description. */
    readonly content: Readonly<Record<string, JsonSchema>>;
  };
  readonly success: { readonly status: number; readonly description: string; readonly schema?: JsonSchema };
  /** Codes beyond those that every route can give (unauthorized, forbidden, invalid_query, internal). */
  readonly errors?: readonly ErrorCode[];
  handle(request: ApiRequest): Promise<ApiReply>;
  /** Told of a caller whose role lacks the permission, before the answer: attempts at some routes are worth knowing of. */
  refused?(caller: Caller): Promise<void>;
}
