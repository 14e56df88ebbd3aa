// The walls between rooms, as facts about the imports that stand in the sources. Type imports count too.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOMS } from '../../control-plane/src/rooms.ts';
import { ALIASES, files, importsOf, root, type Import } from '../support/imports.ts';

const all = ['plugin', 'control-plane/src', 'control-plane/web/src', 'scripts']
  .flatMap((folder) => files(folder))
  .flatMap((file) => importsOf(file));
const show = (entry: Import): string => `${entry.from} -> ${entry.to}`;
const inside = (file: string, folder: string): boolean => file.startsWith(`${folder}/`);
const ours = all.filter((entry) => !entry.external);

const CONTROL = 'control-plane/src';
const roomOf = (file: string): string | undefined => Object.keys(ROOMS).find((room) => inside(file, `${CONTROL}/${room}`));
/** What is no room: each has rules of its own below. */
const LAYERS = new Set(['kernel', 'adapters', 'http', 'cli']);
const layerOf = (file: string): string | undefined => (inside(file, CONTROL) ? file.split('/')[2] : undefined);
const SHARED = ['plugin/src/contract', 'plugin/src/redact', 'plugin/src/dialects'];

describe('walls of the plugin', () => {
  it('contract imports nothing of ours', () => {
    expect(ours.filter((e) => inside(e.from, 'plugin/src/contract') && !inside(e.to, 'plugin/src/contract')).map(show)).toEqual([]);
  });

  it('redact and dialects import contract only', () => {
    for (const room of ['redact', 'dialects']) {
      const bad = ours.filter(
        (e) => inside(e.from, `plugin/src/${room}`) && !inside(e.to, `plugin/src/${room}`) && e.to !== ALIASES['#contract'],
      );
      expect(bad.map(show)).toEqual([]);
    }
  });

  it('shared rooms do no I/O', () => {
    const bad = all.filter(
      (e) => SHARED.some((room) => inside(e.from, room)) && e.external && !['node:crypto', 'node:buffer', 'ajv'].includes(e.to),
    );
    expect(bad.map(show)).toEqual([]);
  });

  it('plugin/src stays within itself and a written list of packages', () => {
    const allowed = new Set(['kong-pdk', '@msgpack/msgpack', 'ajv']);
    const bad = all.filter(
      (e) =>
        inside(e.from, 'plugin/src') &&
        (e.external
          ? !e.to.startsWith('node:') &&
            !allowed.has(
              e.to
                .split('/')
                .slice(0, e.to.startsWith('@') ? 2 : 1)
                .join('/'),
            )
          : !inside(e.to, 'plugin/src')),
    );
    expect(bad.map(show)).toEqual([]);
  });

  it('the trial gateway sees the contract only', () => {
    const bad = ours.filter(
      (e) => inside(e.from, 'plugin/trial-gateway') && !inside(e.to, 'plugin/trial-gateway') && e.to !== ALIASES['#contract'],
    );
    expect(bad.map(show)).toEqual([]);
  });
});

describe('walls of the control plane', () => {
  it('sees of the plugin only its three doors', () => {
    const doors = new Set(Object.values(ALIASES));
    expect(ours.filter((e) => inside(e.from, 'control-plane') && inside(e.to, 'plugin') && !doors.has(e.to)).map(show)).toEqual([]);
  });

  it('kernel imports nothing of ours', () => {
    expect(ours.filter((e) => inside(e.from, `${CONTROL}/kernel`) && !inside(e.to, `${CONTROL}/kernel`)).map(show)).toEqual([]);
  });

  it('rooms import each other only as rooms.ts lists, and only through the door', () => {
    const bad = ours.filter((e) => {
      const from = roomOf(e.from);
      const to = roomOf(e.to);
      if (from === undefined || to === undefined || from === to) return false;
      return !(ROOMS[from] ?? []).includes(to) || e.to !== `${CONTROL}/${to}/index.ts`;
    });
    expect(bad.map(show)).toEqual([]);
  });

  it('lists no room that does not exist, and no cycle', () => {
    const state = new Map<string, 'open' | 'done'>();
    const visit = (room: string): void => {
      expect(state.get(room), `cycle through ${room}`).not.toBe('open');
      if (state.get(room) === 'done') return;
      state.set(room, 'open');
      expect(files(`${CONTROL}/${room}`).length, `${room} is empty`).toBeGreaterThan(0);
      for (const next of ROOMS[room] ?? []) visit(next);
      state.set(room, 'done');
    };
    Object.keys(ROOMS).forEach(visit);
  });

  it('every folder is a room of the table or a layer around the rooms', () => {
    const folders = readdirSync(path.join(root, CONTROL), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.map(({ name }) => name).filter((name) => !(name in ROOMS) && !LAYERS.has(name))).toEqual([]);
  });

  it('rooms import no adapter, no wiring and no vendor client', () => {
    const vendors = /^(weaviate-client|kysely|node:sqlite|onnxruntime-node|pg|kafkajs|@opentelemetry\/(exporter|sdk).*|pino|prom-client)/;
    const bad = all.filter((e) => {
      const room = roomOf(e.from);
      if (room === undefined) return false;
      if (e.external) return vendors.test(e.to) && !(room === 'export' && /^@opentelemetry|^prom-client/.test(e.to));
      return (
        inside(e.to, `${CONTROL}/adapters`) ||
        inside(e.to, `${CONTROL}/http`) ||
        /^control-plane\/src\/(main|compose(-\w+)?|config(-\w+)?)\.ts$/.test(e.to)
      );
    });
    expect(bad.map(show)).toEqual([]);
  });

  it('rooms do no I/O by themselves', () => {
    const pure = new Set(['node:buffer', 'node:crypto', 'node:net', 'node:stream']);
    // Schemas of the contract, read as they stand to be shown or compiled.
    const readers = new Set(['ingest/routes.ts', 'feedback/routes.ts', 'policies/schema.ts'].map((file) => `${CONTROL}/${file}`));
    const bad = all.filter(
      (e) => roomOf(e.from) !== undefined && e.to.startsWith('node:') && !pure.has(e.to) && !(e.to === 'node:fs' && readers.has(e.from)),
    );
    expect(bad.map(show)).toEqual([]);
  });

  it('only routes.ts of a room knows HTTP', () => {
    expect(
      all.filter((e) => roomOf(e.from) !== undefined && e.to === 'express' && path.basename(e.from) !== 'routes.ts').map(show),
    ).toEqual([]);
  });

  it('adapters and HTTP know rooms by their doors, and no wiring', () => {
    const doors = { adapters: /^(index|ports|types|views)\.ts$/, http: /^index\.ts$/ };
    const bad = Object.entries(doors).flatMap(([layer, door]) =>
      ours.filter((e) => {
        const to = layerOf(e.to);
        if (layerOf(e.from) !== layer || to === undefined || to === layer || to === 'kernel') return false;
        return !(to in ROOMS) || !door.test(path.relative(`${CONTROL}/${to}`, e.to));
      }),
    );
    expect(bad.map(show)).toEqual([]);
  });

  it('an adapter never imports another', () => {
    const adapterOf = (file: string): string | undefined => /^control-plane\/src\/adapters\/([^/]+)\//.exec(file)?.[1];
    const bad = ours.filter(
      (e) => adapterOf(e.from) !== undefined && adapterOf(e.to) !== undefined && adapterOf(e.from) !== adapterOf(e.to),
    );
    expect(bad.map(show)).toEqual([]);
  });

  it('only compose and the command line pick adapters', () => {
    const bad = ours.filter(
      (e) =>
        inside(e.to, `${CONTROL}/adapters`) &&
        !inside(e.from, `${CONTROL}/adapters`) &&
        !/^control-plane\/src\/compose(-\w+)?\.ts$/.test(e.from) &&
        !inside(e.from, `${CONTROL}/cli`),
    );
    expect(bad.map(show)).toEqual([]);
  });

  it('the page uses the HTTP API only', () => {
    expect(ours.filter((e) => inside(e.from, 'control-plane/web') && !inside(e.to, 'control-plane/web')).map(show)).toEqual([]);
  });
});

describe('the page on architecture', () => {
  const page = readFileSync(path.join(root, 'ARCHITECTURE.md'), 'utf8');
  const rows = new Map(
    [...page.matchAll(/^\| ([^|]+) \| [^|]+ \| ?([^|]*?) ?\|$/gm)].map(([, room = '', imports = '']) => [room, imports]),
  );

  it('has each room with what it imports', () => {
    const shown = Object.keys(ROOMS).map((room) => [room, rows.get(room)]);
    expect(shown).toEqual(Object.entries(ROOMS).map(([room, imports]) => [room, imports.join(', ')]));
  });

  it('has each adapter', () => {
    const folders = readdirSync(path.join(root, CONTROL, 'adapters'));
    expect(folders.filter((name) => !page.includes(`\n| ${name} | `))).toEqual([]);
  });

  it('has a reason for each package', () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
    const packages = Object.keys({ ...dependencies, ...devDependencies });
    const reasons = page.slice(page.indexOf('\n## Dependencies'));
    expect(packages.length).toBeGreaterThan(20);
    expect(packages.filter((name) => !reasons.includes(`\`${name}\``))).toEqual([]);
  });

  it('names no file or folder that is not there', () => {
    const named = [...page.matchAll(/`((?:plugin|control-plane|scripts|test|docs|deploy|policies)\/[\w./-]+)`/g)].map(
      ([, name = '']) => name,
    );
    expect(named.length).toBeGreaterThan(20);
    // What is built stands on no fresh checkout.
    expect(named.filter((name) => !name.includes('/dist') && !existsSync(path.join(root, name)))).toEqual([]);
  });
});

describe('habits', () => {
  it('sources speak of the project alone', () => {
    const words = /\/(work|farm)\/|\.\.\/shared|TODO|FIXME|not implemented/;
    const bad = ['plugin', 'control-plane/src', 'control-plane/web/src', 'scripts', 'deploy']
      .flatMap((folder) => files(folder))
      .filter((file) => words.test(readFileSync(path.join(root, file), 'utf8')));
    expect(bad).toEqual([]);
  });
});
