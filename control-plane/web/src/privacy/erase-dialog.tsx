import { useState } from 'react';
import { eraseUser, type Receipt } from '../api/privacy.ts';
import { Confirm } from '../ui/confirm.tsx';
import { IdField } from '../ui/labelled.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { useDoing } from '../ui/use-doing.ts';

interface EraseDialogProps {
  readonly user: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onErased: (receipt: Receipt) => void;
}

/** The last question: whoever erases types once more whom. */
export function EraseDialog({ user, isOpen, onClose, onErased }: EraseDialogProps) {
  const [typed, setTyped] = useState('');
  const { problem, clear, run } = useDoing();
  const close = (): void => {
    clear();
    setTyped('');
    onClose();
  };
  const submit = (): Promise<boolean> => run(async () => onErased(await eraseUser(user)));
  return (
    <Confirm
      isOpen={isOpen}
      title="Erase this person for good?"
      action="Erase for good"
      isReady={typed.trim() === user}
      onClose={close}
      onConfirm={submit}
    >
      <p className="consequence">
        Everything that is stored of <strong className="mono erasure-whom">{user}</strong> goes, in all classes, and backups forget it when
        they are put back. Nobody can undo this.
      </p>
      <IdField label="To go on, type who it is" value={typed} onChange={setTyped} />
      <p className="hint">Who asked and how much went stands in the audit log, where the person is a digest.</p>
      {problem && <ProblemNote problem={problem} slim />}
    </Confirm>
  );
}
