import { ClewError, type Logger } from '../kernel/index.ts';
import type { PolicySource } from './ports.ts';
import { isPurposeMissing } from './purpose.ts';
import { faultLine, PolicyError, readPolicy, type LoadedPolicy, type PatternCheck } from './read.ts';

/** The policy in force. */
export interface LivePolicy {
  current(): LoadedPolicy;
  /**
   * Reads the source again. A policy with faults is logged and the one in force stays; answers whether it was taken. A changed
   * one that keeps texts has to say why, unless it `wasInForce` before: what an earlier version allowed may come back.
   */
  reload(options?: { readonly wasInForce: boolean }): Promise<boolean>;
  /** Called after a new policy came into force. */
  onChange(changed: (loaded: LoadedPolicy) => void): void;
  close(): void;
}

/** Opens a source. Throws PolicyError when the first policy has faults: there is no last good one to fall back on. */
export async function openPolicy(source: PolicySource, checkPattern: PatternCheck, logger: Logger): Promise<LivePolicy> {
  const listeners: ((loaded: LoadedPolicy) => void)[] = [];
  let inForce = await load(source, checkPattern);
  const remind = ({ policy, digest }: LoadedPolicy): void => {
    if (isPurposeMissing(policy)) logger.warn('policy_without_purpose', { digest, remedy: 'texts are kept: say purpose and legalBasis' });
  };
  remind(inForce);

  async function reload({ wasInForce } = { wasInForce: false }): Promise<boolean> {
    try {
      const next = await load(source, checkPattern, wasInForce ? undefined : inForce.digest);
      if (next.digest === inForce.digest) return true;
      inForce = next;
      remind(next);
      logger.info('policy_taken', { digest: next.digest, name: next.policy.name });
      for (const listener of listeners) listener(next);
      return true;
    } catch (error) {
      const faults = error instanceof PolicyError ? error.faults.slice(0, 20) : [];
      logger.error('policy_refused', { source: source.name, faults: faults.length, stays: inForce.digest });
      for (const fault of faults) logger.error('policy_fault', { at: `${fault.file}:${fault.line}`, fault: faultLine(fault) });
      return false;
    }
  }

  const stop = source.watch(() => void reload());
  return { current: () => inForce, reload, onChange: (changed) => void listeners.push(changed), close: stop };
}

/** `known`: digest of the policy in force. Any other is new, and has to say why texts are kept; what a server finds at its start does not. */
async function load(source: PolicySource, checkPattern: PatternCheck, known?: string): Promise<LoadedPolicy> {
  let text: string;
  try {
    text = await source.read();
  } catch (cause) {
    throw new ClewError('policy_invalid', `${source.name} cannot be read`, { cause });
  }
  const found = readPolicy(text, source.name, checkPattern);
  const isNew = known !== undefined && found.ok && found.loaded.digest !== known;
  const reading = isNew ? readPolicy(text, source.name, checkPattern, true) : found;
  if (!reading.ok) throw new PolicyError(reading.faults);
  return reading.loaded;
}
