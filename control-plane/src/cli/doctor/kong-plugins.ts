// Which plugin stands where in a declarative configuration, nested or flat.
import { block, blocks, text, type Block } from './yaml-file.ts';

export interface KongPlugin {
  readonly name: string;
  /** What it applies to, for people: "route llm", "service llm" or "everything". */
  readonly scope: string;
  /** Wider scopes that hold this one, the nearest first. */
  readonly outer: readonly string[];
  readonly enabled: boolean;
  readonly config: Block;
}

const EVERYTHING = 'everything';

export function allPlugins(root: Block): readonly KongPlugin[] {
  const services = blocks(root, 'services').map((one, at) => ({ one, scope: `service ${text(one, 'name') ?? at + 1}` }));
  const routes = [
    ...services.flatMap(({ one, scope }) => blocks(one, 'routes').map((route, at) => routeOf(route, at, [scope, EVERYTHING]))),
    ...blocks(root, 'routes').map((route, at) => {
      const service = reference(route, 'service');
      return routeOf(route, at, service === undefined ? [EVERYTHING] : [`service ${service}`, EVERYTHING]);
    }),
  ];
  return [
    ...services.flatMap(({ one, scope }) => blocks(one, 'plugins').map((plugin) => pluginOf(plugin, scope, [EVERYTHING]))),
    ...routes.flatMap(({ one, scope, outer }) => blocks(one, 'plugins').map((plugin) => pluginOf(plugin, scope, outer))),
    ...blocks(root, 'plugins').map((plugin) => {
      const route = reference(plugin, 'route');
      const service = reference(plugin, 'service');
      if (route !== undefined) {
        const scope = `route ${route}`;
        return pluginOf(plugin, scope, routes.find((one) => one.scope === scope)?.outer ?? [EVERYTHING]);
      }
      return service === undefined ? pluginOf(plugin, EVERYTHING, []) : pluginOf(plugin, `service ${service}`, [EVERYTHING]);
    }),
  ];
}

const routeOf = (one: Block, at: number, outer: readonly string[]): { one: Block; scope: string; outer: readonly string[] } => ({
  one,
  scope: `route ${text(one, 'name') ?? at + 1}`,
  outer,
});

const pluginOf = (plugin: Block, scope: string, outer: readonly string[]): KongPlugin => ({
  name: text(plugin, 'name') ?? '',
  scope,
  outer,
  enabled: plugin['enabled'] !== false,
  config: block(plugin, 'config'),
});

/** Name or id of the entity that a field points to. */
function reference(from: Block, key: string): string | undefined {
  return text(from, key) ?? text(block(from, key), 'name') ?? text(block(from, key), 'id');
}

/** The instance that Kong runs where `own` runs. */
export function nearest(plugins: readonly KongPlugin[], name: string, own: KongPlugin): KongPlugin | undefined {
  const running = plugins.filter((one) => one.name === name && one.enabled);
  return [own.scope, ...own.outer].map((scope) => running.find((one) => one.scope === scope)).find((one) => one !== undefined);
}
