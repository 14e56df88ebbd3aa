// The imports that stand in the sources, types and dynamic ones included: what the architecture tests judge.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

export const root = path.resolve(import.meta.dirname, '../..');

/** The doors of the plugin that stand in package.json under `imports`. */
export const ALIASES: Readonly<Record<string, string>> = {
  '#contract': 'plugin/src/contract/index.ts',
  '#redact': 'plugin/src/redact/index.ts',
  '#dialects': 'plugin/src/dialects/index.ts',
};

export interface Import {
  readonly from: string;
  readonly to: string;
  /** Package or node built-in rather than a file of ours. */
  readonly external: boolean;
}

/** The TypeScript files below a folder, relative to the root; what is built or installed is left out. */
export function files(folder: string): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !/[\\/](dist|node_modules)[\\/]?/.test(entry.parentPath))
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)));
}

export function importsOf(file: string): Import[] {
  const info = ts.preProcessFile(readFileSync(path.join(root, file), 'utf8'), true, true);
  return info.importedFiles.map(({ fileName }) => {
    const alias = ALIASES[fileName];
    if (alias !== undefined) return { from: file, to: alias, external: false };
    if (!fileName.startsWith('.')) return { from: file, to: fileName, external: true };
    return { from: file, to: path.relative(root, path.resolve(root, path.dirname(file), fileName)), external: false };
  });
}
