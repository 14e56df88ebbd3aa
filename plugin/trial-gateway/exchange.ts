import type { CompanionDecision } from '#contract';
import type { LuaValue } from './protocol/lua-value.ts';

/** A route, service or consumer as the plugin sees it. */
export interface Route {
  readonly id: string;
  readonly name: string;
  readonly pathPrefix: string;
  readonly stripPath: boolean;
  /** A request that the plugin did not see is refused. */
  readonly isGuarded: boolean;
  readonly service: Service;
}

export interface Service {
  readonly id: string;
  readonly name: string;
  /** Base URL of the provider. */
  readonly url: URL;
}

export interface Consumer {
  readonly id: string;
  readonly username: string;
  readonly customId?: string;
}

/** Names in lower case, each with its values in the order in which they came. */
export type MultiHeaders = ReadonlyMap<string, readonly string[]>;

export interface IncomingRequest {
  readonly method: string;
  /** As the client sent it, with query. */
  readonly target: string;
  readonly path: string;
  readonly query: string;
  readonly scheme: string;
  readonly host: string;
  readonly port: number;
  readonly httpVersion: string;
  readonly headers: MultiHeaders;
  readonly clientIp: string;
  readonly clientPort: number;
}

/** What was asked of the request to the provider; the proxy applies it. */
export interface UpstreamEdits {
  readonly setHeaders: Map<string, string>;
  readonly clearHeaders: Set<string>;
  method?: string;
  path?: string;
  query?: string;
  body?: Uint8Array;
}

export interface GatewayAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Epoch milliseconds. */
export interface Times {
  readonly startedMs: number;
  upstreamMs?: number;
  firstByteMs?: number;
  endedMs?: number;
}

export interface Try {
  readonly ip?: string;
  readonly port?: number;
  status?: number;
}

/** All that is known of one request on its way through the gateway. */
export interface Exchange {
  readonly id: string;
  readonly request: IncomingRequest;
  readonly route: Route;
  readonly consumer?: Consumer;
  /** kong.ctx.shared. */
  readonly shared: Map<string, LuaValue>;
  readonly upstream: UpstreamEdits;
  /** Headers that were asked for the client's answer. */
  readonly answerHeaders: Map<string, string>;
  readonly times: Times;
  readonly tries: Try[];
  /** The body as far as it was read before the access phase. */
  body: Uint8Array;
  bodyBytes: number;
  /** False when the body is larger than what is kept; the rest goes straight to the provider. */
  isBodyWhole: boolean;
  /** Stand-ins that the provider was sent: what to put back into its answer. */
  restore?: NonNullable<CompanionDecision['restore']>;
  /** Set when the request ends in the gateway. */
  exit?: GatewayAnswer;
  /** What plugins put into the line that log plugins write, by dotted key. */
  readonly logValues: Map<string, LuaValue>;
  status: number;
  sentHeaders: MultiHeaders;
  sentBytes: number;
  /** The client went away before the end. */
  isAborted: boolean;
  /** The provider broke its answer off. */
  isCutShort: boolean;
}
