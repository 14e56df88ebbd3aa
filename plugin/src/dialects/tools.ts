// Tool definitions of all dialects: functions by name, description and schema; tools that a provider runs by their kind.
import type { Json } from '#contract';
import { asList, asText, get, isRecord, toJson } from './json.ts';
import type { ToolDefinition } from './types.ts';

/** Servers of tools that the provider itself asks: named beside the tools, and tools in every sense. */
export function serverTools(servers: unknown): ToolDefinition[] {
  return asList(servers).flatMap((server) => {
    const name = asText(get(server, 'name'));
    return name === undefined || !isRecord(server) ? [] : [{ name: name.toWellFormed(), description: undefined, schema: settings(server) }];
  });
}

/** Fields that carry credentials of tool servers, or that steer caching only. */
const LEFT_OUT = new Set(['headers', 'authorization', 'authorization_token', 'cache_control']);

export function functionTools(tools: unknown): ToolDefinition[] {
  const found: ToolDefinition[] = [];
  for (const tool of asList(tools)) {
    const definition = readTool(tool);
    if (definition) found.push(definition);
  }
  return found;
}

function readTool(tool: unknown): ToolDefinition | undefined {
  if (!isRecord(tool)) return undefined;
  const inner = get(tool, 'function') ?? get(tool, 'custom');
  const holder = isRecord(inner) ? inner : tool;
  const type = asText(get(tool, 'type'));
  const name = asText(get(holder, 'name')) ?? asText(get(tool, 'server_label')) ?? type;
  if (name === undefined) return undefined;
  const isFunction = type === undefined || type === 'function' || type === 'custom';
  const schema = get(holder, 'parameters') ?? get(holder, 'input_schema') ?? get(holder, 'format');
  return {
    name: name.toWellFormed(),
    description: asText(get(holder, 'description'))?.toWellFormed(),
    schema: isFunction ? (schema === undefined ? undefined : toJson(schema)) : settings(tool),
  };
}

/** For tools that a provider runs, everything that is set is their definition. */
function settings(tool: Readonly<Record<string, unknown>>): Json {
  return toJson(Object.fromEntries(Object.entries(tool).filter(([key]) => !LEFT_OUT.has(key))));
}
