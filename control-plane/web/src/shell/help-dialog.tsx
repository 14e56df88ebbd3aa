import { useEffect, useRef } from 'react';
import type { Me } from '../api/views.ts';

interface HelpDialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly me: Me | undefined;
}

const KEYS: readonly (readonly [string, string])[] = [
  ['j  k', 'Next, previous: thread, hit or turn'],
  ['Enter', 'Open'],
  ['Esc', 'Back'],
  ['b', 'In a thread: to where it broke down'],
  ['/', 'Search'],
  ['?', 'This help'],
];

const FILTERS: readonly (readonly [string, string])[] = [
  ['any words', 'by word and by meaning'],
  ['an id', 'request, run, trace, thread, session'],
  ['model:gpt-4o', 'also user: topic: thread:'],
  ['position:topic_shift', 'also intent: method: outcome:'],
  ['after:2026-01-31', 'also before:'],
];

export function HelpDialog({ isOpen, onClose, me }: HelpDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  return (
    <dialog ref={dialog} className="dialog" onClose={onClose} aria-labelledby="help-title">
      <h2 id="help-title">Keys</h2>
      <Table rows={KEYS} keys />
      <h2>What the search box takes</h2>
      <Table rows={FILTERS} />
      {me && (
        <p className="hint help-me">
          Signed in with the role {me.role} for tenant {me.tenant}, environment {me.environment}
          {me.user === null ? '' : '; it sees one person’s threads only'}.
        </p>
      )}
      <button type="button" className="button" onClick={onClose}>
        Close
      </button>
    </dialog>
  );
}

function Table({ rows, keys = false }: { readonly rows: typeof KEYS; readonly keys?: boolean }) {
  return (
    <dl className="help">
      {rows.map(([name, meaning]) => (
        <div key={name}>
          <dt>{keys ? name.split('  ').map((key) => <kbd key={key}>{key}</kbd>) : <code>{name}</code>}</dt>
          <dd>{meaning}</dd>
        </div>
      ))}
    </dl>
  );
}
