// The parts of the demo: control plane, provider, gateway with the real plugin. Started in this order, stopped in reverse.
import { startScriptedProvider, startTrialGateway, type TrialGateway } from '../../plugin/trial-gateway/index.ts';
import { APPS } from './apps.ts';
import { openPast, type Past } from './backfill.ts';
import { startControlPlane, type ControlPlane } from './control-plane.ts';
import { prepareFolder } from './folder.ts';
import { DemoError, type DemoOptions } from './options.ts';
import { freePort } from './ports.ts';

export interface Parts {
  readonly control: ControlPlane;
  readonly gateway: TrialGateway;
  readonly token: string;
  /** True when an earlier demo's conversations are in the store. */
  readonly isUsed: boolean;
  openPast(): Promise<Past>;
  stop(): Promise<void>;
}

const FLUSH_MS = 200;
const apps = Object.values(APPS);

/** Throws DemoError when a part does not start; what had started is stopped then. */
export async function startParts(options: DemoOptions, say: (line: string) => void): Promise<Parts> {
  const { store, keys, isUsed } = prepareFolder(options.folder, options.keep);
  const controlPort = await portFor(options.controlPort, 'CLEW_PORT', [], say);
  const gatewayPort = await portFor(options.gatewayPort, 'CLEW_GATEWAY_PORT', [controlPort], say);
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of stops.splice(0).reverse()) await step();
  };
  try {
    const control = await startControlPlane({ port: controlPort, store, token: keys.token });
    stops.push(() => control.stop());
    const provider = await startScriptedProvider();
    stops.push(() => provider.close());
    const gateway = await startGateway({ port: gatewayPort, upstream: provider.url, controlPlaneUrl: control.url, ...keys });
    stops.push(() => gateway.close());
    return {
      control,
      gateway,
      token: keys.token,
      isUsed,
      stop,
      openPast: () =>
        openPast({
          ...keys,
          providerUrl: provider.url,
          controlPlaneUrl: control.url,
          consumers: new Map(apps.map(({ apikey, consumer }) => [apikey, consumer])),
        }),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function portFor(wanted: number, key: string, taken: readonly number[], say: (line: string) => void): Promise<number> {
  const port = await freePort(wanted, key, taken);
  if (port !== wanted) say(`Port ${wanted} is taken: using ${port} (set ${key} to choose).`);
  return port;
}

async function startGateway(options: {
  readonly port: number;
  readonly upstream: string;
  readonly controlPlaneUrl: string;
  readonly token: string;
  readonly hashKey: string;
}): Promise<TrialGateway> {
  const { hashKey, ...rest } = options;
  try {
    return await startTrialGateway({
      ...rest,
      routes: apps.map(({ route }) => ({ name: route, pathPrefix: `/${route}`, service: route })),
      consumers: apps.map(({ apikey, consumer }) => ({ apikey, username: consumer })),
      pluginConfig: { hash_key: hashKey, flush_ms: FLUSH_MS, gateway: 'trial', log_level: 'warn' },
      log: () => undefined,
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const remedy =
      code === 'EADDRINUSE' ? 'Set CLEW_GATEWAY_PORT to a free port, or to 0 for any.' : 'Run: npm run build, then npm run demo';
    throw new DemoError(`The trial gateway did not start: ${error instanceof Error ? error.message : String(error)}`, remedy, error);
  }
}
