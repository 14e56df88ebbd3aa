// The linker's memory: one state a principal, rebuilt from the store when it is not at hand.
import { scopeKey, type Scope } from '../kernel/index.ts';
import { PrincipalThreads, RESTORE_LIMIT, type LinkingOptions, type PastTurns, type Placement, type TurnInput } from '../threads/index.ts';

export type LinkSettings = Omit<LinkingOptions, 'threadIdSeed'>;

export interface Linkable {
  readonly scope: Scope;
  readonly principal: string | null;
  readonly turn: TurnInput;
}

/** Places turns, principal by principal, in the order given. */
export interface Linking {
  place(item: Linkable): Promise<Placement>;
  /** Drops what is remembered of the item's principal: after a failed commit the store is what counts. */
  forget(item: Linkable): void;
}

/** About 4 MB a full state of 400 requests with vectors; most are far smaller. */
const STATES = 1_000;
const EVERYTHING = Number.MAX_SAFE_INTEGER;

export function createLinking(settings: LinkSettings, past?: PastTurns): Linking {
  const states = new Map<string, PrincipalThreads>();

  async function stateOf(item: Linkable): Promise<PrincipalThreads> {
    const seed = seedOf(item);
    const known = states.get(seed);
    const state = known ?? (await restore(item, seed));
    // Re-inserted: the map's order is that of use.
    states.delete(seed);
    states.set(seed, state);
    for (const oldest of states.keys()) {
      if (states.size <= STATES) break;
      states.delete(oldest);
    }
    return state;
  }

  async function restore(item: Linkable, seed: string): Promise<PrincipalThreads> {
    const options: LinkingOptions = { ...settings, threadIdSeed: seed };
    if (!past || item.principal === null || isShared(item)) return new PrincipalThreads(options);
    return PrincipalThreads.restore(
      await past.recent(item.scope, item.principal, EVERYTHING, RESTORE_LIMIT, settings.vectorModel),
      options,
    );
  }

  return {
    place: async (item) => (await stateOf(item)).place(item.turn),
    forget: (item) => void states.delete(seedOf(item)),
  };
}

const isShared = ({ turn }: Linkable): boolean => turn.session?.shared === true;

/** A declared id that the policy lists as shared spans principals; nothing else does. */
function seedOf(item: Linkable): string {
  const { session } = item.turn;
  const owner = session?.shared === true ? ['shared', session.source, session.id] : ['principal', item.principal];
  return JSON.stringify([scopeKey(item.scope), ...owner]);
}
