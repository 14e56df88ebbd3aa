/** The pages under docs/ that are made from the code: path → text. */
import { commandsPage } from './commands.ts';
import { errorsPage } from './errors.ts';
import { NOTE, page } from './markdown.ts';
import { metricsPage } from './metrics.ts';
import { pluginSettings } from './plugin.ts';
import { policyFields } from './policy.ts';
import { controlPlaneSettings, gatewaySettings } from './settings.ts';

/** Throws where the code has something that no page explains, with the file in which to say it. */
export function documents(): Map<string, string> {
  return new Map([
    ['docs/CONFIGURATION.md', configurationPage()],
    ['docs/ERRORS.md', errorsPage()],
    ['docs/CLI.md', commandsPage()],
    ['docs/METRICS.md', metricsPage()],
  ]);
}

function configurationPage(): string {
  return page(
    NOTE,
    '# Configuration',
    'Three places: the environment of the processes, the settings of the plugin in Kong, and the policy file. What is wrong is told all at once, with what was expected and what would follow; `npm run -s clew -- doctor` checks a setup as a whole.',
    '## Control plane\n\nRead once, at the start of `npm start` and of commands that open the store.',
    controlPlaneSettings(),
    '## Trial gateway\n\nRead by `npm run gateway`. `npm run demo` reads `CLEW_PORT`, `CLEW_GATEWAY_PORT` and `CLEW_DATA` alone, and keeps its data in the folder `demo` of `CLEW_DATA`.',
    gatewaySettings(),
    '## Plugin\n\n`config` of the plugin `clew` in Kong, one set for each place where it is enabled. The trial gateway takes the same under `plugin` of `CLEW_GATEWAY_CONFIG`.',
    pluginSettings(),
    '## Policy\n\nThe file that `CLEW_POLICY` names. [POLICIES.md](POLICIES.md) explains the choices, with examples. A default stands where a field is left out; `[]` is an entry of a list.',
    policyFields(),
  );
}
