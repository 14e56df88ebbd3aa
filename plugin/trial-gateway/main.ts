import { readFileSync } from 'node:fs';
import { startTrialGateway } from './gateway.ts';
import type { ConsumerConfig, RouteConfig } from './routes.ts';

// `npm run gateway`: the trial gateway by itself.
//   CLEW_GATEWAY_PORT     default 8788, on 127.0.0.1
//   CLEW_URL, CLEW_TOKEN  the control plane (default http://127.0.0.1 at CLEW_PORT, else 8787) and a token with the scope to send samples;
//                         without CLEW_TOKEN the CLEW_ADMIN_TOKEN of a control plane beside it
//   CLEW_HASH_KEY         root of the pseudonyms; without it one is derived from the token
//   CLEW_UPSTREAM         base URL of the provider; without it a scripted provider answers
//   CLEW_GATEWAY_CONFIG   JSON file {routes?, consumers?, plugin?}

interface GatewayFile {
  readonly routes?: readonly RouteConfig[];
  readonly consumers?: readonly ConsumerConfig[];
  readonly plugin?: Readonly<Record<string, unknown>>;
}

function readPort(text: string | undefined): number {
  const port = Number(text ?? '8788');
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new Error('CLEW_GATEWAY_PORT must be a number from 0 to 65535');
  return port;
}

function readFile(file: string | undefined): GatewayFile {
  if (file === undefined || file === '') return {};
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as GatewayFile;
  } catch (error) {
    const reason = error instanceof SyntaxError ? 'it is no JSON' : ((error as NodeJS.ErrnoException).code ?? 'unreadable');
    throw new Error(`CLEW_GATEWAY_CONFIG names a file that cannot be used: ${reason}`, { cause: error });
  }
}

async function main(): Promise<void> {
  const { env } = process;
  const port = readPort(env['CLEW_GATEWAY_PORT']);
  const file = readFile(env['CLEW_GATEWAY_CONFIG']);
  const controlPlaneUrl = env['CLEW_URL'] || `http://127.0.0.1:${env['CLEW_PORT'] || '8787'}`;
  const upstream = env['CLEW_UPSTREAM'];
  const hashKey = env['CLEW_HASH_KEY'];
  const token = env['CLEW_TOKEN'] || env['CLEW_ADMIN_TOKEN'];
  if (token === undefined || token === '') {
    throw new Error(
      'it has no token. Set CLEW_TOKEN: npm start prints the admin token at its first start, and clew token create makes others.',
    );
  }
  const gateway = await startTrialGateway({
    port,
    controlPlaneUrl,
    token,
    ...(upstream === undefined || upstream === '' ? {} : { upstream }),
    ...(file.routes === undefined ? {} : { routes: file.routes }),
    ...(file.consumers === undefined ? {} : { consumers: file.consumers }),
    pluginConfig: { ...(hashKey === undefined ? {} : { hash_key: hashKey }), ...file.plugin },
  });
  process.stdout.write(
    [
      `Trial gateway   ${gateway.url}  (OpenAI clients: base URL ${gateway.url}/v1, Anthropic clients: ${gateway.url})`,
      `Provider        ${gateway.provider === undefined ? (upstream ?? '') : `${gateway.provider.url} (scripted: answers are made up)`}`,
      `Control plane   ${controlPlaneUrl}`,
      `Plugin          ${gateway.plugin.name} ${gateway.plugin.version}`,
      '',
    ].join('\n'),
  );
  const stop = (): void => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.removeListener(signal, stop);
    void gateway.close().then(() => process.exit(0));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
    ? 'its port is taken. Set CLEW_GATEWAY_PORT to another one.'
    : error.message;
}

main().catch((error: unknown) => {
  process.stderr.write(`The trial gateway did not start: ${reasonOf(error)}\n`);
  process.exit(1);
});
