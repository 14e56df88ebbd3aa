import { use, useEffect, useId, useRef, useState } from 'react';
import { MeContext } from '../api/me.ts';
import { createToken, type NewToken, type Role } from '../api/privacy.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { Labelled } from '../ui/labelled.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { useDoing } from '../ui/use-doing.ts';

interface NewTokenDialogProps {
  readonly roles: readonly Role[];
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

const DAYS = [
  ['7', '7 days'],
  ['30', '30 days'],
  ['90', '90 days'],
  ['365', 'a year'],
  ['', 'until it is revoked'],
] as const;

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
            <Form
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

interface FormProps {
  readonly roles: readonly Role[];
  readonly onClose: () => void;
  readonly onMade: (secret: string) => void;
}

function Form({ roles, onClose, onMade }: FormProps) {
  const me = use(MeContext);
  const [role, setRole] = useState('engineer');
  const [fields, setFields] = useState({ name: '', subject: '', tenant: me?.tenant ?? '', environment: me?.environment ?? '', days: '90' });
  const [extra, setExtra] = useState<readonly string[]>([]);
  const [isDoing, setDoing] = useState(false);
  const { problem, run } = useDoing();
  const chosen = roles.find(({ id }) => id === role);
  const set = (changed: Partial<typeof fields>): void => setFields({ ...fields, ...changed });
  const isReady = role !== 'user' || fields.subject.trim() !== '';
  const submit = async (): Promise<void> => {
    setDoing(true);
    await run(async () => {
      const { token } = await createToken(askedFor(role, fields, chosen, extra));
      onMade(token);
    });
    setDoing(false);
  };
  return (
    <form
      className="token-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady && !isDoing) void submit();
      }}
    >
      <Labelled label="Role">
        <select
          className="field"
          value={role}
          onChange={(event) => {
            setRole(event.target.value);
            setExtra([]);
          }}
        >
          {roles.map(({ id }) => (
            <option key={id} value={id}>
              {id}
            </option>
          ))}
        </select>
      </Labelled>
      <p className="hint permissions">May: {chosen?.permissions.join(', ')}</p>
      {chosen?.onRequest.map((permission) => (
        <label key={permission} className="kind">
          <input
            type="checkbox"
            checked={extra.includes(permission)}
            onChange={(event) => setExtra(event.target.checked ? [...extra, permission] : extra.filter((one) => one !== permission))}
          />
          <span>
            also <code>{permission}</code>, which comes with no role
          </span>
        </label>
      ))}
      {role === 'user' && (
        <Labelled label="User: a pseudonym (p_…), or the user as the gateways see them">
          <input className="field" value={fields.subject} onChange={(event) => set({ subject: event.target.value })} autoComplete="off" />
        </Labelled>
      )}
      <Labelled label="What it is for">
        <input
          className="field"
          value={fields.name}
          maxLength={64}
          onChange={(event) => set({ name: event.target.value })}
          autoComplete="off"
        />
      </Labelled>
      <div className="token-bounds">
        <Labelled label="Tenant">
          <input
            className="field"
            value={fields.tenant}
            readOnly={me?.operator !== true}
            onChange={(event) => set({ tenant: event.target.value })}
          />
        </Labelled>
        <Labelled label="Environment">
          <input
            className="field"
            value={fields.environment}
            readOnly={me?.operator !== true}
            onChange={(event) => set({ environment: event.target.value })}
          />
        </Labelled>
        <Labelled label="Valid for">
          <select className="field" value={fields.days} onChange={(event) => set({ days: event.target.value })}>
            {DAYS.map(([value, text]) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
          </select>
        </Labelled>
      </div>
      {me?.operator !== true && (
        <p className="hint">Bound to your own tenant and environment; the token of the first start makes others.</p>
      )}
      {problem && <ProblemNote problem={problem} slim />}
      <p className="actions">
        <button type="submit" className="button button-main" disabled={!isReady || isDoing}>
          {isDoing ? 'Wait …' : 'Make it'}
        </button>
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
      </p>
    </form>
  );
}

function askedFor(
  role: string,
  { name, subject, tenant, environment, days }: Readonly<Record<'name' | 'subject' | 'tenant' | 'environment' | 'days', string>>,
  chosen: Role | undefined,
  extra: readonly string[],
): NewToken {
  const person = subject.trim();
  return {
    role,
    ...(name.trim() === '' ? {} : { name: name.trim() }),
    ...(role === 'user' ? (person.startsWith('p_') ? { user: person } : { subject: person }) : {}),
    ...(tenant === '' ? {} : { tenant }),
    ...(environment === '' ? {} : { environment }),
    ...(extra.length === 0 ? {} : { permissions: [...(chosen?.permissions ?? []), ...extra] }),
    ...(days === '' ? {} : { expiresAt: new Date(Date.now() + Number(days) * 86_400_000).toISOString() }),
  };
}
