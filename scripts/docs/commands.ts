// The command line as a page: the commands' own help, with an example that the tests run where there is one.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { NOTE, page } from './markdown.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** Run by the tests. */
const EXAMPLES: Readonly<Record<string, string>> = {
  replay: 'npm run -s clew -- replay docs/examples/conversations.jsonl',
  redact: `echo '{"id":"1","text":"Mail me at jo@example.org"}' | npm run -s clew -- redact`,
  topics: 'npm run -s clew -- topics docs/examples/conversations.jsonl',
  'identity record': 'npm run -s clew -- identity record docs/examples/request.json docs/examples/response.json',
  'policy validate': 'npm run -s clew -- policy validate policies/default.yaml',
};

const INTRODUCTION = `In a clone: \`npm run -s clew -- COMMAND\`. Installed as a package: \`clew COMMAND\`. JSON or JSON lines on stdout, progress
and errors on stderr. Exit code 0: well. 1: the answer is no, or some rows were rejected. 2: the call or the surroundings were
wrong. File names are relative to where the command is called.

Commands that talk to a running control plane take \`--url\` and \`--token\`, else \`CLEW_URL\` or \`CLEW_PORT\`, and \`CLEW_TOKEN\`
or \`CLEW_ADMIN_TOKEN\`. The examples use the files of [docs/examples](examples).`;

/** `clew help` by command. A block begins at the margin; one command may have several. */
export function helpByCommand(): ReadonlyMap<string, readonly string[]> {
  const { stderr, status } = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', 'control-plane/src/cli/main.ts', 'help'],
    {
      cwd: ROOT,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] },
    },
  );
  if (status !== 0) throw new Error(`clew help failed: ${stderr}`);
  const blocks = new Map<string, string[]>();
  let current: string[] = [];
  for (const line of stderr.split('\n').filter((one) => one.trim() !== '')) {
    const name = /^clew (\S+)/.exec(line)?.[1];
    if (name !== undefined) {
      current = blocks.get(name) ?? [];
      blocks.set(name, current);
    }
    current.push(line);
  }
  return blocks;
}

export function commandsPage(): string {
  const commands = helpByCommand();
  const used = new Set<string>();
  const entries = [...commands].map(([name, help]) => {
    const examples = Object.entries(EXAMPLES).filter(([call]) => call.split(' ')[0] === name);
    for (const [call] of examples) used.add(call);
    return [
      `## ${name}`,
      `\`\`\`text\n${help.join('\n')}\n\`\`\``,
      ...examples.map(([, example]) => `<!-- run -->\n\`\`\`sh\n${example}\n\`\`\``),
    ].join('\n\n');
  });
  const gone = Object.keys(EXAMPLES).filter((call) => !used.has(call));
  if (gone.length > 0) throw new Error(`There is no command ${gone.join(', ')}: take its example out of scripts/docs/commands.ts`);
  return page(NOTE, '# Command line', INTRODUCTION, ...entries);
}
