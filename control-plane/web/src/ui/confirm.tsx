import { useEffect, useId, useRef, useState, type ReactNode } from 'react';

interface ConfirmProps {
  readonly isOpen: boolean;
  readonly title: string;
  /** What the button that does it says. */
  readonly action: string;
  readonly isReady?: boolean;
  /** Nothing is left to take back: one button. */
  readonly isNotice?: boolean;
  readonly onClose: () => void;
  /** Resolves with whether the dialog may close; must not reject. */
  readonly onConfirm: () => Promise<boolean>;
  readonly children: ReactNode;
}

/** Asks before something is done. */
export function Confirm({ isOpen, title, action, isReady = true, isNotice = false, onClose, onConfirm, children }: ConfirmProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [isDoing, setDoing] = useState(false);
  const id = useId();
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  const confirm = async (): Promise<void> => {
    setDoing(true);
    const isDone = await onConfirm();
    setDoing(false);
    if (isDone) onClose();
  };
  return (
    <dialog ref={dialog} className="dialog" onClose={onClose} aria-labelledby={id}>
      {isOpen && (
        <form
          method="dialog"
          className="confirm"
          onSubmit={(event) => {
            event.preventDefault();
            if (isReady && !isDoing) void confirm();
          }}
        >
          <h2 id={id}>{title}</h2>
          {children}
          <p className="actions">
            <button type="submit" className="button button-main" disabled={!isReady || isDoing}>
              {isDoing ? 'Wait …' : action}
            </button>
            {!isNotice && (
              <button type="button" className="button" onClick={onClose}>
                Cancel
              </button>
            )}
          </p>
        </form>
      )}
    </dialog>
  );
}
