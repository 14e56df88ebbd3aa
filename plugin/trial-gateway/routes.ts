import { createHash, timingSafeEqual } from 'node:crypto';
import type { Consumer, MultiHeaders, Route } from './exchange.ts';

/** A route of the trial gateway. The longest prefix that fits wins, as in Kong. */
export interface RouteConfig {
  readonly name: string;
  /** `/openai` takes `/openai` and `/openai/…`. */
  readonly pathPrefix: string;
  readonly service: string;
  /** Base URL of the provider; default: the gateway's upstream. */
  readonly upstream?: string;
  /** Takes the prefix away before the provider sees the path. Default true. */
  readonly stripPath?: boolean;
  /** Refuses requests that the plugin did not see, as access-guard.lua does. Default false. */
  readonly guard?: boolean;
}

/** A consumer known by its key in the header `apikey`. For trials only: keys lie here in the clear. */
export interface ConsumerConfig {
  readonly apikey: string;
  readonly username: string;
  readonly customId?: string;
}

export const APIKEY_HEADER = 'apikey';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** The same name gives the same id on each start, so that stored threads keep their routes. */
export function stableId(...parts: string[]): string {
  const hex = digest(parts.join('\0')).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function toRoute(config: RouteConfig, defaultUpstream: string): Route {
  const url = new URL(config.upstream ?? defaultUpstream);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new Error(`Route ${config.name}: upstream must be an http or https URL, not ${url.protocol}`);
  if (!config.pathPrefix.startsWith('/')) throw new Error(`Route ${config.name}: pathPrefix must start with /`);
  return {
    id: stableId('route', config.name),
    name: config.name,
    pathPrefix: config.pathPrefix,
    stripPath: config.stripPath ?? true,
    isGuarded: config.guard ?? false,
    service: { id: stableId('service', config.service), name: config.service, url },
  };
}

const fits = (route: Route, path: string): boolean => {
  const prefix = route.pathPrefix.replace(/\/$/, '');
  return path === prefix || path.startsWith(`${prefix}/`);
};

export class Router {
  readonly #routes: readonly Route[];
  readonly #consumers: readonly { readonly key: Buffer; readonly consumer: Consumer }[];

  /** A route `/` is added where none is given. Throws on a route that cannot work. */
  constructor(defaultUpstream: string, routes: readonly RouteConfig[], consumers: readonly ConsumerConfig[]) {
    const all = routes.some((route) => route.pathPrefix === '/')
      ? routes
      : [...routes, { name: 'default', pathPrefix: '/', service: 'default' }];
    this.#routes = all.map((route) => toRoute(route, defaultUpstream)).sort((a, b) => b.pathPrefix.length - a.pathPrefix.length);
    this.#consumers = consumers.map(({ apikey, username, customId }) => ({
      key: digest(apikey),
      consumer: { id: stableId('consumer', username), username, ...(customId === undefined ? {} : { customId }) },
    }));
  }

  routeOf(path: string): Route {
    const route = this.#routes.find((candidate) => fits(candidate, path)) ?? this.#routes.at(-1);
    if (route === undefined) throw new Error('A router without routes');
    return route;
  }

  consumerOf(headers: MultiHeaders): Consumer | undefined {
    const given = headers.get(APIKEY_HEADER)?.[0];
    if (given === undefined) return undefined;
    const key = digest(given);
    return this.#consumers.find((known) => timingSafeEqual(known.key, key))?.consumer;
  }
}
