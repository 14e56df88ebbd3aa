import { useEffect, useId, useRef, useState } from 'react';
import type { Role } from '../api/privacy.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { TokenForm } from './token-form.tsx';

interface NewTokenDialogProps {
  readonly roles: readonly Role[];
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** Asks for a token's role and bounds, and shows the secret this once. */
export function NewTokenDialog({ roles, isOpen, onClose, onDone }: NewTokenDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [secret, setSecret] = useState<string>();
  const title = useId();
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  const close = (): void => {
    // Kept nowhere on this page once the dialog is gone.
    setSecret(undefined);
    onClose();
  };
  return (
    <dialog ref={dialog} className="dialog" onClose={close} aria-labelledby={title}>
      {isOpen && (
        <div className="confirm">
          <h2 id={title}>{secret === undefined ? 'New token' : 'The token, shown this once'}</h2>
          {secret === undefined ? (
            <TokenForm
              roles={roles}
              onClose={close}
              onMade={(made) => {
                setSecret(made);
                onDone();
              }}
            />
          ) : (
            <Shown secret={secret} onClose={close} />
          )}
        </div>
      )}
    </dialog>
  );
}

function Shown({ secret, onClose }: { readonly secret: string; readonly onClose: () => void }) {
  return (
    <>
      <p>Only its digest is stored: whoever needs it must have it now.</p>
      <p className="secret">
        <code>{secret}</code> <CopyButton text={secret} what="the token" />
      </p>
      <p className="actions">
        <button type="button" className="button button-main" onClick={onClose}>
          Done
        </button>
      </p>
    </>
  );
}
