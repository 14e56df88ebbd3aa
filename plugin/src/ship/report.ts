// What a gateway process tells the control plane of itself: the growth of its counts since the control plane last took a
// report. What was told is remembered in shared memory, so that a thread that is started again tells nothing twice.
import os from 'node:os';
import { formatGatewayHealth } from '#contract';
import { SharedCounts } from '../counts.ts';
import { DROP_REASONS, type DropReason, type Drops } from '../drops.ts';
import { createHealth, GAUGES, HEALTH, type Health, type HealthName } from '../health.ts';

const COUNTED = (Object.keys(HEALTH) as HealthName[]).filter((name) => !GAUGES.has(name));
const REASONS = Object.keys(DROP_REASONS) as DropReason[];

/** Memory of what was told, for another thread's view of it. */
export interface ToldShare {
  readonly health: SharedArrayBuffer;
  readonly drops: SharedArrayBuffer;
}

/** A report under way. */
export interface Report {
  readonly header: string;
  /** True when something happened since the last one. */
  readonly isNews: boolean;
  /** It did not arrive: the next one tells the same again. */
  giveBack(): void;
}

export class Reporter {
  readonly #drops: Drops;
  readonly #health: Health;
  readonly #toldHealth: Health;
  readonly #toldDrops: SharedCounts<DropReason>;
  /** What there was when it was last told; nothing, to begin with. */
  #toldNow = JSON.stringify(Object.fromEntries([...GAUGES].map((name) => [name, 0])));

  constructor(drops: Drops, health: Health, told?: ToldShare) {
    this.#drops = drops;
    this.#health = health;
    this.#toldHealth = createHealth(told?.health);
    this.#toldDrops = new SharedCounts(REASONS, told?.drops);
  }

  get share(): ToldShare {
    return { health: this.#toldHealth.buffer, drops: this.#toldDrops.buffer };
  }

  /** Takes all that happened; whoever sends it gives it back when it does not arrive. */
  take(): Report | undefined {
    const counts = growth(COUNTED, (name) => this.#health.get(name), this.#toldHealth);
    const dropped = growth(REASONS, (name) => this.#drops.get(name), this.#toldDrops);
    const now = Object.fromEntries([...GAUGES].map((name) => [name, Math.max(0, this.#health.get(name))]));
    const header = formatGatewayHealth({ v: 1, instance: os.hostname(), counts, dropped, now });
    const knownNow = this.#toldNow;
    this.#toldNow = JSON.stringify(now);
    const giveBack = (): void => {
      this.#toldNow = knownNow;
      for (const [name, value] of entries(counts)) this.#toldHealth.add(name, -value);
      for (const [name, value] of entries(dropped)) this.#toldDrops.add(name, -value);
    };
    if (header === undefined) {
      giveBack();
      return undefined;
    }
    // Failed calls alone are no news: telling them would be the next call.
    const isChanged = Object.keys(dropped).length > 0 || this.#toldNow !== knownNow;
    const isNews = isChanged || Object.keys(counts).some((name) => name !== 'failures' && name !== 'delivered');
    return { header, isNews, giveBack };
  }
}

function growth<Name extends string>(
  names: readonly Name[],
  read: (name: Name) => number,
  told: SharedCounts<Name>,
): Partial<Record<Name, number>> {
  const grown: Partial<Record<Name, number>> = {};
  for (const name of names) {
    const by = read(name) - told.get(name);
    if (by <= 0) continue;
    grown[name] = by;
    told.add(name, by);
  }
  return grown;
}

function entries<Name extends string>(record: Partial<Record<Name, number>>): [Name, number][] {
  return Object.entries(record) as [Name, number][];
}
