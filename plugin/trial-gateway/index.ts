/** The trial gateway: Kong's side of the plugin protocol around a small reverse proxy, and a scripted provider. */
export { startTrialGateway, startBareProxy, builtLauncher, type TrialGateway, type TrialGatewayOptions } from './gateway.ts';
export { startScriptedProvider, type ScriptedProvider, type ScriptedProviderOptions } from './scripted-provider/server.ts';
export type { Launcher, PluginInfo } from './plugin-server.ts';
export type { RouteConfig, ConsumerConfig } from './routes.ts';
export type { GatewayStats } from './stats.ts';
export type { GatewayLog } from './log.ts';
