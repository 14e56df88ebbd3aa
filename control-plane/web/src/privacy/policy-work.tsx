import { useState } from 'react';
import { applyPolicy, planPolicy, rollBackPolicy, simulatePolicy, type Plan, type PolicyVersion, type Simulation } from '../api/privacy.ts';
import { Choice } from '../ui/choice.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { plural } from '../ui/format.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { ReasonField } from '../ui/reason-field.tsx';
import { useDoing } from '../ui/use-doing.ts';
import { PlanTable } from './plan-table.tsx';
import { SimulationTable } from './simulation-table.tsx';

interface PolicyWorkProps {
  readonly text: string;
  readonly version: PolicyVersion;
  readonly isChanged: boolean;
  readonly isInForce: boolean;
  readonly maySimulate: boolean;
  readonly mayTake: boolean;
  readonly onTaken: () => void;
}

const SPANS = [
  ['1', 'last day'],
  ['30', 'last 30 days'],
  ['90', 'last 90 days'],
] as const;

/** From a text to a policy in force: what it would change, what it would keep, and then its taking. */
export function PolicyWork({ text, version, isChanged, isInForce, maySimulate, mayTake, onTaken }: PolicyWorkProps) {
  const [plan, setPlan] = useState<{ readonly of: string; readonly plan: Plan }>();
  const [simulation, setSimulation] = useState<{ readonly of: string; readonly simulation: Simulation }>();
  const [days, setDays] = useState('7');
  const [isBusy, setBusy] = useState(false);
  const [isTaking, setTaking] = useState(false);
  const { problem, run } = useDoing();
  const known = plan?.of === text ? plan.plan : undefined;
  const tried = simulation?.of === text ? simulation.simulation : undefined;
  const work = async (act: () => Promise<void>): Promise<void> => {
    setBusy(true);
    await run(act);
    setBusy(false);
  };
  const planIt = (): Promise<void> => work(async () => setPlan({ of: text, plan: await planPolicy(text) }));
  const tryIt = (): Promise<void> => work(async () => setSimulation({ of: text, simulation: await simulatePolicy(text, Number(days)) }));
  return (
    <>
      <p className="actions policy-actions">
        <button type="button" className="button" onClick={() => void planIt()} disabled={isBusy}>
          {isChanged || isInForce ? 'Plan: what would change' : 'Compare with the one in force'}
        </button>
        {maySimulate && (
          <>
            <button type="button" className="button" onClick={() => void tryIt()} disabled={isBusy}>
              Simulate on stored traffic
            </button>
            <Choice
              label="Traffic of"
              all="last 7 days"
              value={days === '7' ? undefined : days}
              options={SPANS}
              onChoose={(value) => setDays(value || '7')}
            />
          </>
        )}
        {mayTake && (isChanged || !isInForce) && (
          <button type="button" className="button button-main" onClick={() => setTaking(true)} disabled={known === undefined || isBusy}>
            {isChanged ? 'Apply …' : `Roll back to version ${version.version} …`}
          </button>
        )}
      </p>
      {mayTake && (isChanged || !isInForce) && known === undefined && <p className="hint">Plan it first; then it can be taken.</p>}
      {!mayTake && <p className="hint">Only the token of the first start takes a policy: it is the whole server’s.</p>}
      {problem && <ProblemNote problem={problem} />}
      {known && <PlanTable plan={known} />}
      {tried && <SimulationTable simulation={tried} />}
      <TakeDialog
        isOpen={isTaking}
        onClose={() => setTaking(false)}
        text={text}
        version={version}
        isChanged={isChanged}
        plan={known}
        onTaken={onTaken}
      />
    </>
  );
}

interface TakeDialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly text: string;
  readonly version: PolicyVersion;
  readonly isChanged: boolean;
  readonly plan: Plan | undefined;
  readonly onTaken: () => void;
}

function TakeDialog({ isOpen, onClose, text, version, isChanged, plan, onTaken }: TakeDialogProps) {
  const [reason, setReason] = useState('');
  const { problem, clear, run } = useDoing();
  const loosening = plan?.changes.filter(({ loosens }) => loosens).length ?? 0;
  const close = (): void => {
    clear();
    onClose();
  };
  const submit = (): Promise<boolean> =>
    run(async () => {
      if (plan === undefined) return;
      if (isChanged) await applyPolicy(text, reason.trim(), plan.inForce);
      else await rollBackPolicy(version.version, reason.trim());
      onTaken();
    });
  return (
    <Confirm
      isOpen={isOpen}
      title={isChanged ? 'Take this policy?' : `Take version ${version.version} again?`}
      action={isChanged ? 'Apply' : 'Roll back'}
      isReady={plan !== undefined && reason.trim().length >= 3}
      onClose={close}
      onConfirm={submit}
    >
      <p className="consequence">
        {plural(plan?.changes.length ?? 0, 'field')} {plan?.changes.length === 1 ? 'differs' : 'differ'} from the policy in force
        {loosening > 0 && (
          <>
            ; <strong>{plural(loosening, 'change')} may keep more, longer, of more people, or take less out</strong>
          </>
        )}
        . It is in force here at once, and at the gateways when they next ask. What a shorter age lets go is purged and does not come back.
      </p>
      <ReasonField value={reason} onChange={setReason} placeholder="Kept with the version. No personal data" />
      {problem && <ProblemNote problem={problem} slim />}
    </Confirm>
  );
}
