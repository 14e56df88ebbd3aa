import { Binary, LuaMap, type LuaValue } from './lua-value.ts';

// Which Step carries the result of which PDK method, and in which shape. What is not named here goes as plain Step.

const STEP_OF: Readonly<Record<string, string>> = {
  'kong.client.get_credential': 'StepCredential',
  'kong.client.load_consumer': 'StepConsumer',
  'kong.client.get_consumer': 'StepConsumer',
  'kong.client.authenticate': 'StepCredential',
  'kong.node.get_memory_stats': 'StepMemoryStats',
  'kong.router.get_route': 'StepRoute',
  'kong.router.get_service': 'StepService',
  'kong.request.get_query': 'StepMultiMap',
  'kong.request.get_headers': 'StepMultiMap',
  'kong.response.get_headers': 'StepMultiMap',
  'kong.service.response.get_headers': 'StepMultiMap',
};

const RAW_BODY = /\.get_raw_body$/;

/** After these nothing is sent back: the request ends there and the plugin's promise is left unsettled. */
export const NEVER_RETURN: ReadonlySet<string> = new Set(['kong.response.exit', 'kong.response.error']);

/** Name of the call that answers a PDK call. */
export function stepFor(method: string): string {
  return STEP_OF[method] ?? 'Step';
}

/** Each value of a multi map goes out as a list; a name without value (`?flag`) as an empty one. */
function toMultiMap(table: object): LuaMap {
  const lists: Record<string, LuaValue> = {};
  for (const [name, value] of Object.entries(table as Readonly<Record<string, LuaValue>>)) {
    if (value === true) lists[name] = [];
    else if (typeof value === 'string' || value instanceof Uint8Array) lists[name] = [value];
    else lists[name] = value;
  }
  return new LuaMap(lists);
}

/** The result of a PDK method in the shape that Kong gives it on the wire. */
function shapeResult(method: string, value: LuaValue): LuaValue {
  if (value === undefined || value === null) return undefined;
  if (RAW_BODY.test(method)) {
    if (value instanceof Uint8Array) return new Binary(value);
    return typeof value === 'string' ? new Binary(Buffer.from(value)) : value;
  }
  if (stepFor(method) === 'StepMultiMap' && typeof value === 'object') return toMultiMap(value);
  return value;
}

/** The argument of a Step: a nil result leaves the member out. */
export function stepArgument(eventId: number, method: string, value: LuaValue): LuaValue {
  const shaped = shapeResult(method, value);
  return shaped === undefined ? { EventId: eventId } : { EventId: eventId, Data: shaped };
}
