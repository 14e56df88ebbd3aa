// The table of routes and roles in docs/ACCESS.md, which people read and the tests hold the server to.
import { readFileSync } from 'node:fs';
import path from 'node:path';

export type Verdict = 'open' | 'yes' | 'own' | 'denied';

export interface TableRow {
  /** As GET /v1/threads/:id. */
  readonly route: string;
  /** By role; `nobody` has no token. */
  readonly verdicts: Readonly<Record<string, Verdict>>;
}

const FILE = path.resolve(import.meta.dirname, '../../docs/ACCESS.md');
const CELLS: Readonly<Record<string, Verdict>> = { open: 'open', yes: 'yes', own: 'own', '–': 'denied' };

export function readAccessTable(): readonly TableRow[] {
  const text = /<!-- routes -->([\s\S]*?)<!-- \/routes -->/.exec(readFileSync(FILE, 'utf8'))?.[1] ?? '';
  const [head = [], , ...rows] = text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  return rows.map(([route = '', ...cells]) => ({
    route: route.replaceAll('`', ''),
    verdicts: Object.fromEntries(
      head.slice(1).map((role, index) => {
        const verdict = CELLS[cells[index] ?? ''];
        if (verdict === undefined) throw new Error(`docs/ACCESS.md: ${route}, ${role}: expected one of ${Object.keys(CELLS).join(', ')}`);
        return [role, verdict];
      }),
    ),
  }));
}
