import type { Consumer, Route, Service } from './exchange.ts';
import type { LuaValue } from './protocol/lua-value.ts';

// Routes, services and consumers as tables with the members that Kong gives them.

const portOf = (url: URL): number => (url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port));

export function serviceTable(service: Service): LuaValue {
  return {
    id: service.id,
    name: service.name,
    protocol: service.url.protocol.slice(0, -1),
    host: service.url.hostname,
    port: portOf(service.url),
    path: service.url.pathname === '/' ? undefined : service.url.pathname,
    enabled: true,
    retries: 0,
  };
}

export function routeTable(route: Route): LuaValue {
  return {
    id: route.id,
    name: route.name,
    paths: [route.pathPrefix],
    protocols: ['http', 'https'],
    strip_path: route.stripPath,
    preserve_host: false,
    service: { id: route.service.id },
    request_buffering: true,
    response_buffering: true,
    regex_priority: 0,
  };
}

export function consumerTable(consumer: Consumer | undefined): LuaValue {
  if (consumer === undefined) return undefined;
  return { id: consumer.id, username: consumer.username, custom_id: consumer.customId, type: 0 };
}
