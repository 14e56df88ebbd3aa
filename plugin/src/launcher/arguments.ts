// The command line of kong-js-pluginserver, so that kong.conf lines written for it work unchanged.
import { parseArgs } from 'node:util';

export interface LauncherArguments {
  readonly kongPrefix: string;
  readonly socketName: string;
  readonly pluginsDirectory: string;
  /** True: a gateway that is gone does not end this process; for servers that somebody else looks after. */
  readonly outliveParent: boolean | undefined;
  readonly dump: { readonly all: true } | { readonly name: string } | undefined;
}

export const USAGE = `Usage: launcher.cjs --plugins-directory DIR [--kong-prefix DIR] [--sock-name NAME] [--dump-all-plugins | --dump-plugin-info NAME]
  -d, --plugins-directory   folder that holds the bundled plugin and nothing else
  -p, --kong-prefix         folder of the socket (default /usr/local/kong)
      --sock-name           file name of the socket (default js_pluginserver.sock)
      --outlive-parent      go on when the process that started this one is gone
  -v, --verbose             accepted and ignored: call arguments hold prompts and keys`;

/** Kong's documents also write long names with one dash. */
const ONE_DASH = /^-(kong-prefix|plugins-directory|dump-plugin-info|dump-all-plugins)(?==|$)/;

/** Throws an Error whose message says what is wrong. */
export function readArguments(argv: readonly string[]): LauncherArguments {
  const { values } = parseArgs({
    args: argv.map((word) => (ONE_DASH.test(word) ? `-${word}` : word)),
    options: {
      'kong-prefix': { type: 'string', short: 'p', default: '/usr/local/kong' },
      'sock-name': { type: 'string', default: 'js_pluginserver.sock' },
      'plugins-directory': { type: 'string', short: 'd' },
      'dump-all-plugins': { type: 'boolean' },
      'dump-plugin-info': { type: 'string' },
      'outlive-parent': { type: 'boolean' },
      verbose: { type: 'boolean', short: 'v', multiple: true },
    },
  });
  const pluginsDirectory = values['plugins-directory'];
  if (pluginsDirectory === undefined) throw new Error('--plugins-directory is missing');
  const name = values['dump-plugin-info'];
  return {
    kongPrefix: values['kong-prefix'],
    socketName: values['sock-name'],
    pluginsDirectory,
    outliveParent: values['outlive-parent'],
    dump: values['dump-all-plugins'] ? { all: true } : name === undefined ? undefined : { name },
  };
}
