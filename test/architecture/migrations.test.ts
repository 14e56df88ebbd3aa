// The number of a migration is its place: two branches that each add one must not swap them, and a released one keeps its place.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const folder = path.resolve(import.meta.dirname, '../../control-plane/src/adapters/sqlite');

it('migrations run in the order of their numbers, each once', () => {
  const source = readFileSync(path.join(folder, 'migrate.ts'), 'utf8');
  const files = new Map(
    [...source.matchAll(/import \{ (\w+) \} from '\.\/migrations\/(\d{4})-/g)].map(([, name = '', number]) => [name, Number(number)]),
  );
  const list = /const MIGRATIONS[^[]*\[\] = \[([^\]]*)\]/.exec(source)?.[1] ?? '';
  const numbers = (list.match(/\w+/g) ?? []).map((name) => files.get(name));
  expect(numbers).toEqual(Array.from({ length: readdirSync(path.join(folder, 'migrations')).length }, (_, index) => index + 1));
});
