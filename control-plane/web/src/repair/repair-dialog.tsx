import { useState } from 'react';
import { ApiError, UNREACHED, type Problem } from '../api/problem.ts';
import { repair, type Change, type Repair } from '../api/repairs.ts';
import type { RequestView, ThreadDetail } from '../api/views.ts';
import { Confirm } from '../ui/confirm.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { ReasonField } from '../ui/reason-field.tsx';
import type { Turn } from '../thread/turns.ts';
import { Consequence } from './consequence.tsx';
import type { Kind } from './kind.ts';
import { TargetChoice } from './target-choice.tsx';

interface RepairDialogProps {
  readonly thread: ThreadDetail;
  readonly turns: readonly Turn[];
  /** The turn that is shown: where a split begins, or what is moved. */
  readonly index: number;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onDone: (done: Repair) => void;
}

/** Puts a thread right: asks what is wrong, says what will change, and takes a reason. */
export function RepairDialog({ thread, turns, index, isOpen, onClose, onDone }: RepairDialogProps) {
  const [kind, setKind] = useState<Kind>(index > 0 ? 'split' : 'merge');
  const [target, setTarget] = useState('');
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState<Problem>();
  const head = turns[index]?.head;
  const kinds = kindsFor(turns.length, index);
  const chosen = kinds.some(([value]) => value === kind) ? kind : (kinds[0]?.[0] ?? 'merge');
  const change = changeOf(chosen, thread, head, target.trim());
  const close = (): void => {
    setProblem(undefined);
    onClose();
  };
  const submit = async (): Promise<boolean> => {
    if (change === undefined) return false;
    setProblem(undefined);
    try {
      onDone(await repair(change, reason));
      setReason('');
      setTarget('');
      return true;
    } catch (error) {
      setProblem(error instanceof ApiError ? error.problem : UNREACHED);
      return false;
    }
  };
  return (
    <Confirm
      isOpen={isOpen}
      title="Split or merge this thread"
      action={ACTIONS[chosen]}
      isReady={change !== undefined}
      onClose={close}
      onConfirm={submit}
    >
      <fieldset className="kinds">
        <legend className="field-label">What is wrong?</legend>
        {kinds.map(([value, text]) => (
          <label key={value} className="kind">
            <input type="radio" name="kind" value={value} checked={chosen === value} onChange={() => setKind(value)} />
            <span>{text}</span>
          </label>
        ))}
        {index === 0 && turns.length > 1 && (
          <p className="hint">To split the thread, first choose the turn with which the other conversation begins.</p>
        )}
      </fieldset>
      {(chosen === 'merge' || chosen === 'move') && <TargetChoice thread={thread} request={head} value={target} onChoose={setTarget} />}
      <Consequence kind={chosen} turns={turns} index={index} isReady={change !== undefined} />
      <ReasonField value={reason} onChange={setReason} placeholder="Kept with the repair, redacted" />
      {problem && <ProblemNote problem={problem} slim />}
    </Confirm>
  );
}

const ACTIONS: Readonly<Record<Kind, string>> = { split: 'Split', move: 'Move', free: 'Take it out', merge: 'Merge' };

function kindsFor(total: number, index: number): readonly (readonly [Kind, string])[] {
  const turn = index + 1;
  return [
    ...(index > 0 ? [['split', `Another conversation begins at turn ${turn}`] as const] : []),
    ...(total > 1
      ? [
          ['move', `Turn ${turn} alone belongs to another thread`] as const,
          ['free', `Turn ${turn} alone belongs to no other thread`] as const,
        ]
      : []),
    ['merge', 'The whole thread goes on with another one'],
  ];
}

function changeOf(kind: Kind, thread: ThreadDetail, head: RequestView | undefined, target: string): Change | undefined {
  if (kind === 'merge') return target === '' ? undefined : { kind, thread: thread.id, into: target };
  if (head === undefined) return undefined;
  if (kind === 'split') return { kind, thread: thread.id, fromRequestId: head.id };
  if (kind === 'free') return { kind: 'relink', requestId: head.id, into: null };
  return target === '' ? undefined : { kind: 'relink', requestId: head.id, into: target };
}
