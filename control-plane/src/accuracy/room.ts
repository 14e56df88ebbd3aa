// The linker's accuracy as it is, and what is made of it: proposals, and the tunings in force.
import { ClewError, scopeKey, type Clock, type EventHandler, type Logger, type Scope } from '../kernel/index.ts';
import { review, RESTORE_LIMIT, type LinkerTuning, type LinkingOptions, type PastTurns } from '../threads/index.ts';
import { hadChoice } from './evaluate.ts';
import type { CalibrationStore, RepairedPlaces, VerdictStore } from './ports.ts';
import { propose, untuned, viewOf, type Proposal } from './propose.ts';
import type { Calibration, KeptVerdict, TuningView } from './types.ts';

export interface AccuracyParts {
  readonly verdicts: VerdictStore;
  readonly calibrations: CalibrationStore;
  readonly repairs: RepairedPlaces;
  readonly past: PastTurns;
  /** The linker in use: its id, its model of vectors, the threshold it was trained with and the policy's own. */
  readonly linker: () => { readonly id: string; readonly model: string | undefined; readonly joinFrom: number; readonly leastJoin: number };
  readonly linking: () => Omit<LinkingOptions, 'threadIdSeed'>;
  /** Told when a tuning came into force: what the linker remembers is of another one. */
  readonly changed: (scope: Scope) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface AccuracyRoom {
  /** The tuning in force, for the linker; undefined: as it is shipped. */
  tuningOf(scope: Scope): LinkerTuning | undefined;
  /** What `propose` makes of the evidence at this moment. */
  proposal(scope: Scope): Promise<Proposal>;
  /** Applies the proposal of this moment. Throws calibration_refused where there is none. */
  apply(scope: Scope, by: string): Promise<Calibration>;
  /** Goes back to a version (0: as shipped), or to what was in force before. Throws calibration_refused, not_found. */
  revert(scope: Scope, by: string, to?: number): Promise<Calibration>;
  list(scope: Scope): Promise<readonly Calibration[]>;
  /** True where the tuning was learned for the linker in use. */
  fits(tuning: LinkerTuning): boolean;
  /** Judges guesses anew where people have said what is right. */
  readonly handler: EventHandler;
}

/** The newest verdicts that a proposal is made from. */
const EVIDENCE = 4_000;
const EVERYTHING = Number.MAX_SAFE_INTEGER;
/** Reviewed with what was repaired: requests this long before and after, which whoever repairs has looked at. */
const LOOKED_AT_SECONDS = 24 * 3600;

export async function createAccuracy(parts: AccuracyParts): Promise<AccuracyRoom> {
  const { verdicts, calibrations, clock, logger } = parts;
  const inForce = new Map<string, Calibration>();
  for (const { scope, calibration } of await calibrations.inForce()) inForce.set(scopeKey(scope), calibration);

  const fits = ({ linker, model }: LinkerTuning): boolean => {
    const used = parts.linker();
    return linker === used.id && (model === undefined || used.model === undefined || model === used.model);
  };

  function currentOf(scope: Scope): TuningView {
    const tuning = inForce.get(scopeKey(scope))?.tuning;
    return tuning && fits(tuning) ? viewOf(tuning) : untuned(parts.linker().joinFrom);
  }

  async function proposal(scope: Scope): Promise<Proposal> {
    const used = parts.linker();
    const isOfUsed = ({ guess }: KeptVerdict): boolean =>
      guess.linker === used.id && (guess.model === undefined || used.model === undefined || guess.model === used.model);
    const kept = (await verdicts.newest(scope, EVIDENCE)).filter((verdict) => isOfUsed(verdict) && hadChoice(verdict));
    return propose(kept, currentOf(scope), used.leastJoin);
  }

  async function enforce(scope: Scope, calibration: Omit<Calibration, 'version' | 'atMs'>): Promise<Calibration> {
    const { tuning } = calibration;
    const details = { action: calibration.action, revertedTo: calibration.revertedTo, joinFrom: tuning?.joinFrom ?? null };
    const stored = await calibrations.append(scope, { ...calibration, atMs: clock.nowMs() }, (version) => ({
      scope,
      kind: 'calibration',
      actor: calibration.by,
      details: { version, ...details },
    }));
    inForce.set(scopeKey(scope), stored);
    parts.changed(scope);
    const { tenant, environment } = scope;
    const { version, action, revertedTo, by } = stored;
    logger.warn('calibration_changed', { tenant, environment, version, action, revertedTo, by, joinFrom: stored.tuning?.joinFrom ?? null });
    return stored;
  }

  return {
    tuningOf: (scope) => inForce.get(scopeKey(scope))?.tuning ?? undefined,
    proposal,
    fits,
    list: (scope) => calibrations.list(scope),
    async apply(scope, by) {
      const { tuning, preview, explanation } = await proposal(scope);
      if (tuning === null) throw new ClewError('calibration_refused', explanation);
      const { id: linker, model } = parts.linker();
      return enforce(scope, {
        action: 'apply',
        revertedTo: null,
        tuning: { linker, ...(model !== undefined && { model }), ...tuning },
        preview,
        by,
      });
    },
    async revert(scope, by, to) {
      const all = await calibrations.list(scope);
      const active = all[0];
      if (active === undefined || (to === undefined && active.tuning === null)) {
        throw new ClewError('calibration_refused', 'nothing is applied: the linker is as it is shipped');
      }
      const target = to ?? before(all, active);
      const version = all.find((one) => one.version === target);
      if (target !== 0 && version === undefined) throw new ClewError('not_found', `there is no calibration of version ${target}`);
      return enforce(scope, { action: 'revert', revertedTo: target, tuning: version?.tuning ?? null, preview: null, by });
    },
    handler: {
      name: 'accuracy',
      async handle(events) {
        for (const event of events) {
          if (event.type === 'ThreadRelinked' && event.repairId !== undefined) await judgeRepair(event.scope, event.repairId);
        }
      },
    },
  };

  async function judgeRepair(scope: Scope, repairId: string): Promise<void> {
    const standing = await parts.repairs.places(scope, repairId);
    if (standing === undefined) return verdicts.setForRepair(scope, repairId, '', []);
    const { principal, threads, firstAt, lastAt } = standing;
    const options = {
      ...parts.linking(),
      tuning: parts.linking().tuning ?? inForce.get(scopeKey(scope))?.tuning ?? undefined,
      threadIdSeed: '',
    };
    const past = await parts.past.recent(scope, principal, EVERYTHING, RESTORE_LIMIT, options.vectorModel);
    const judged = review(past, options, ({ turn, threadId, method }) => {
      const isGuess = method === 'inferred' || method === 'new' || method === 'person';
      return isGuess && threads.has(threadId) && turn.at >= firstAt - LOOKED_AT_SECONDS && turn.at <= lastAt + LOOKED_AT_SECONDS;
    });
    return verdicts.setForRepair(scope, repairId, principal, judged);
  }
}

/** The version whose tuning was in force before that of the active one; 0: as shipped. */
function before(all: readonly Calibration[], active: Calibration): number {
  const source = (one: Calibration): number => (one.action === 'apply' ? one.version : (one.revertedTo ?? 0));
  const applied = all.filter(({ action, version }) => action === 'apply' && version < source(active));
  return applied[0]?.version ?? 0;
}
