import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';

const CHILD = path.join(import.meta.dirname, 'store-child.ts');
const NODE_ARGUMENTS = ['--disable-warning=ExperimentalWarning'];

export interface StoreProcess {
  readonly child: ChildProcess;
  /** Lines told so far; complete ones only. After `ended`, all of them. */
  readonly lines: readonly string[];
  /** Resolves when a line begins with the word; rejects when the process ends before. */
  told(word: string): Promise<void>;
  readonly ended: Promise<void>;
}

export const childArguments = (mode: string, folder: string, prefix = mode): string[] => [...NODE_ARGUMENTS, CHILD, mode, folder, prefix];

export function startStoreProcess(mode: string, folder: string, prefix?: string): StoreProcess {
  const child = spawn(process.execPath, childArguments(mode, folder, prefix), { stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  let complaint = '';
  const waiting = new Map<string, () => void>();
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  // A line is complete when its newline came: what was cut by the kill is not an acknowledgement.
  let rest = '';
  child.stdout.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split('\n');
    rest = parts.pop() ?? '';
    for (const line of parts) {
      lines.push(line);
      for (const [word, resolve] of waiting) if (line.startsWith(word)) resolve();
    }
  });
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const told = (word: string): Promise<void> =>
    lines.some((line) => line.startsWith(word))
      ? Promise.resolve()
      : new Promise((resolve, reject) => {
          waiting.set(word, resolve);
          void ended.then(() => reject(new Error(`The store process ended before it said "${word}": ${complaint}`)));
        });
  return { child, lines, told, ended };
}
