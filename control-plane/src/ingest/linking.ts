// The linker's memory: one state a principal, rebuilt from the store when it is not at hand.
import { scopeKey, type Scope } from '../kernel/index.ts';
import {
  PrincipalThreads,
  RESTORE_LIMIT,
  type LinkerTuning,
  type LinkingOptions,
  type PastTurns,
  type Placement,
  type TurnInput,
} from '../threads/index.ts';
import type { LinkerMemory } from './linker-memory.ts';

export interface LinkSettings extends Omit<LinkingOptions, 'threadIdSeed' | 'tuning'> {
  /** What was learned in the scope and applied. */
  readonly tuningOf?: ((scope: Scope) => LinkerTuning | undefined) | undefined;
  readonly memory?: LinkerMemory | undefined;
}

interface Linkable {
  readonly scope: Scope;
  readonly principal: string | null;
  readonly turn: TurnInput;
}

/** Places turns, principal by principal, in the order given. */
interface Linking {
  place(item: Linkable): Promise<Placement>;
  /** Drops what is remembered of the item's principal: after a failed commit the store is what counts. */
  forget(item: Linkable): void;
}

/** About 4 MB a full state of 400 requests with vectors; most are far smaller. */
const STATES = 1_000;
const EVERYTHING = Number.MAX_SAFE_INTEGER;

export function createLinking(settings: LinkSettings, past?: PastTurns): Linking {
  const { tuningOf, memory, ...options } = settings;
  const states = new Map<string, { readonly age: string; readonly threads: PrincipalThreads }>();

  async function stateOf(item: Linkable): Promise<PrincipalThreads> {
    const seed = seedOf(item);
    const age = isRestored(item) ? (memory?.ageOf(item.scope, item.principal) ?? '') : '';
    const known = states.get(seed);
    const threads = known?.age === age ? known.threads : await restore(item, seed);
    // Re-inserted: the map's order is that of use.
    states.delete(seed);
    states.set(seed, { age, threads });
    for (const oldest of states.keys()) {
      if (states.size <= STATES) break;
      states.delete(oldest);
    }
    return threads;
  }

  async function restore(item: Linkable, seed: string): Promise<PrincipalThreads> {
    const own: LinkingOptions = { ...options, tuning: tuningOf?.(item.scope), threadIdSeed: seed };
    if (!past || !isRestored(item)) return new PrincipalThreads(own);
    return PrincipalThreads.restore(await past.recent(item.scope, item.principal, EVERYTHING, RESTORE_LIMIT, own.vectorModel), own);
  }

  return {
    place: async (item) => (await stateOf(item)).place(item.turn),
    forget: (item) => void states.delete(seedOf(item)),
  };
}

/** Others, whom nobody knows or several are, are remembered here alone. */
const isRestored = (item: Linkable): item is Linkable & { readonly principal: string } =>
  item.principal !== null && item.turn.session?.shared !== true;

/** A declared id that the policy lists as shared spans principals; nothing else does. */
function seedOf(item: Linkable): string {
  const { session } = item.turn;
  const owner = session?.shared === true ? ['shared', session.source, session.id] : ['principal', item.principal];
  return JSON.stringify([scopeKey(item.scope), ...owner]);
}
