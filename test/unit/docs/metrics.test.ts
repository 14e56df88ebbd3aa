// Rules, dashboards and the page on metrics name what exists, and the page names all of it.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../../control-plane/src/http/index.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string }[];
}
interface Board {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: unknown }[] };
}
interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
}

/** Families of the page with their labels, as they are described there. */
async function families(): Promise<ReadonlyMap<string, string>> {
  const text = await createMetrics().page(null).read();
  return new Map([...text.matchAll(/^# TYPE (\S+) (\w+)$/gm)].map(([, name = '', type = '']) => [name, type]));
}

const rules = (
  parse(read('deploy/prometheus/clew-rules.yml')) as { readonly groups: readonly { readonly rules: readonly Rule[] }[] }
).groups.flatMap((group) => group.rules);
const recorded = new Set(rules.flatMap(({ record }) => (record === undefined ? [] : [record])));
const boards = readdirSync(path.join(ROOT, 'deploy/grafana'))
  .filter((file) => file.endsWith('.json'))
  .map((file) => ({ file, board: JSON.parse(read(`deploy/grafana/${file}`)) as Board }));

const expressionsOf = (all: readonly Board[]): readonly string[] =>
  all.flatMap((board) => [
    ...board.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
    ...board.templating.list.flatMap(({ query }) => (typeof query === 'string' ? [query] : [(query as { readonly query: string }).query])),
  ]);

/** Metrics that an expression names; strings and label names in it are none. */
function metricsIn(expression: string): readonly string[] {
  const bare = expression.replaceAll(/"[^"]*"/g, '""');
  return [...bare.matchAll(/\bclew[_:][a-zA-Z0-9_:]+/g)].map(([name]) => name);
}

async function unknown(expressions: readonly string[]): Promise<readonly string[]> {
  const known = await families();
  const isKnown = (name: string): boolean => {
    const [, base = name] = /^(.*)_(?:bucket|count|sum)$/.exec(name) ?? [];
    return recorded.has(name) || known.has(name) || known.get(base) === 'histogram';
  };
  return expressions.flatMap(metricsIn).filter((name) => !isKnown(name));
}

describe('what stands in deploy/', () => {
  it('names metrics that exist', async () => {
    const expressions = expressionsOf(boards.map(({ board }) => board));
    expect(expressions.length).toBeGreaterThan(50);
    expect(await unknown([...rules.map(({ expr }) => expr), ...expressions])).toEqual([]);
  });

  it('uses each recording rule, or an alert does', () => {
    const used = new Set([...rules.map(({ expr }) => expr), ...expressionsOf(boards.map(({ board }) => board))].flatMap(metricsIn));
    // For people's own dashboards and alerts.
    const offered = new Set(['clew:requests:rate5m']);
    expect([...recorded].filter((name) => !used.has(name) && !offered.has(name))).toEqual([]);
  });

  it.each(boards)('$file is a dashboard: panels of their own ids that do not lie on each other', ({ board }) => {
    expect(board.uid).toMatch(/^clew-[a-z]+$/);
    expect(new Set(board.panels.map(({ id }) => id)).size).toBe(board.panels.length);
    const cells = new Set<string>();
    for (const { gridPos, title } of board.panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(cells.has(`${x}/${y}`), `${title} lies on another panel`).toBe(false);
          cells.add(`${x}/${y}`);
        }
    }
    for (const { type, targets = [], title } of board.panels) expect(type === 'row' || targets.length > 0, title).toBe(true);
  });
});

describe('the metrics', () => {
  it('say what they are, and no label is named twice', () => {
    for (const { name, kind, labels, help } of createMetrics().families()) {
      expect(name).toMatch(/^clew_[a-z0-9_]+$/);
      expect(['counter', 'gauge', 'histogram']).toContain(kind);
      expect(help.length).toBeGreaterThan(3);
      expect(new Set(labels).size).toBe(labels.length);
      if (kind === 'counter' && !/^clew_(process|nodejs)_/.test(name)) expect(name).toMatch(/_total$/);
    }
  });
});
