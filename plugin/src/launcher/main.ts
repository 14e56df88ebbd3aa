// Starts the plugin server: `node launcher.cjs --plugins-directory DIR --kong-prefix DIR`.
import { createRequire } from 'node:module';
import path from 'node:path';
import { lifetime, runBeforeExit } from '../lifetime.ts';
import { readArguments, USAGE, type LauncherArguments } from './arguments.ts';
import { loadPluginServer, type PluginServer } from './kong-pdk.ts';
import { listen } from './listener.ts';
import { createLogger, describeException, type LauncherLogger } from './logger.ts';
import { watchParent } from './parent.ts';
import { createPluginServer } from './server.ts';

/** Kong waits a little before it kills; queues get this long. */
const FLUSH_LIMIT_MS = 2000;

async function main(argv: readonly string[]): Promise<void> {
  const logger = createLogger((line) => process.stderr.write(line));
  let options: LauncherArguments;
  try {
    options = readArguments(argv);
  } catch (thrown) {
    process.stderr.write(`${thrown instanceof Error ? thrown.message : 'Bad arguments'}\n${USAGE}\n`);
    process.exitCode = 2;
    return;
  }
  lifetime().handlesSignals = true;
  lifetime().home = path.join(path.resolve(options.kongPrefix), 'clew');
  const PluginServerBase = loadPluginServer(createRequire(path.resolve(process.argv[1] ?? '.')));
  const server = createPluginServer(PluginServerBase, { pluginsDirectory: path.resolve(options.pluginsDirectory), logger });
  if (options.dump) {
    server.close();
    await dump(server, options.dump);
    return;
  }
  surviveExceptions(logger);
  // A gateway that is gone reads no log; a line that cannot be written must not become an exception to write about.
  process.stderr.on('error', () => undefined);
  const socketPath = path.join(options.kongPrefix, options.socketName);
  const listener = await listen({ server, socketPath, logger });
  logger.info(`plugin server listens at ${socketPath}`);
  const end = endOnce(() => {
    listener.close();
    server.close();
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, end);
  if (options.outliveParent) return;
  watchParent(() => {
    logger.warn('the gateway that started this plugin server is gone: ending too');
    end();
  });
}

async function dump(server: PluginServer, what: NonNullable<LauncherArguments['dump']>): Promise<void> {
  const names = 'all' in what ? [...server.getPlugins().keys()] : [what.name];
  const infos = await Promise.all(names.map(async (name) => server.GetPluginInfo(name)));
  process.stdout.write(`${JSON.stringify('all' in what ? infos : infos[0])}\n`);
}

/** A fault in the plugin must not take the gateway's other requests with it: it is counted and said, and work goes on. */
function surviveExceptions(logger: LauncherLogger): void {
  const survive = (kind: string) => (thrown: unknown) => {
    lifetime().uncaught += 1;
    logger.error(`${kind} #${lifetime().uncaught}: ${describeException(thrown)}`);
  };
  process.on('uncaughtException', survive('uncaught exception'));
  process.on('unhandledRejection', survive('unhandled rejection'));
}

function endOnce(close: () => void): () => void {
  let ending = false;
  return () => {
    if (ending) return;
    ending = true;
    close();
    void runBeforeExit(FLUSH_LIMIT_MS).then(() => process.exit(0));
  };
}

main(process.argv.slice(2)).catch((thrown: unknown) => {
  // A start that fails must end the process: Kong says so and tries again. Start-up errors hold no traffic.
  process.stderr.write(`The plugin server did not start: ${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  process.exit(1);
});
