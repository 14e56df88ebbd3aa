import { use, useState } from 'react';
import { MeContext } from '../api/me.ts';
import { createToken, type NewToken, type Role } from '../api/privacy.ts';
import { Labelled } from '../ui/labelled.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { useDoing } from '../ui/use-doing.ts';

const DAYS = [
  ['7', '7 days'],
  ['30', '30 days'],
  ['90', '90 days'],
  ['365', 'a year'],
  ['', 'until it is revoked'],
] as const;

/** As they stand in the form, so all text. */
interface Fields {
  readonly name: string;
  readonly subject: string;
  readonly tenant: string;
  readonly environment: string;
  readonly days: string;
}

interface TokenFormProps {
  readonly roles: readonly Role[];
  readonly onClose: () => void;
  readonly onMade: (secret: string) => void;
}

/** What a token is for and how far it reaches. */
export function TokenForm({ roles, onClose, onMade }: TokenFormProps) {
  const me = use(MeContext);
  const [role, setRole] = useState('engineer');
  const [fields, setFields] = useState<Fields>({
    name: '',
    subject: '',
    tenant: me?.tenant ?? '',
    environment: me?.environment ?? '',
    days: '90',
  });
  const [extra, setExtra] = useState<readonly string[]>([]);
  const [isDoing, setDoing] = useState(false);
  const { problem, run } = useDoing();
  const chosen = roles.find(({ id }) => id === role);
  const set = (changed: Partial<Fields>): void => setFields({ ...fields, ...changed });
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
      <Permissions role={chosen} extra={extra} onExtra={setExtra} />
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
      <Bounds fields={fields} isOperator={me?.operator === true} onChange={set} />
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

interface PermissionsProps {
  readonly role: Role | undefined;
  /** Permissions beyond the role's own that are asked for by name. */
  readonly extra: readonly string[];
  readonly onExtra: (extra: readonly string[]) => void;
}

function Permissions({ role, extra, onExtra }: PermissionsProps) {
  return (
    <>
      <p className="hint permissions">May: {role?.permissions.join(', ')}</p>
      {role?.onRequest.map((permission) => (
        <label key={permission} className="kind">
          <input
            type="checkbox"
            checked={extra.includes(permission)}
            onChange={(event) => onExtra(event.target.checked ? [...extra, permission] : extra.filter((one) => one !== permission))}
          />
          <span>
            also <code>{permission}</code>, which comes with no role
          </span>
        </label>
      ))}
    </>
  );
}

interface BoundsProps {
  readonly fields: Fields;
  readonly isOperator: boolean;
  readonly onChange: (changed: Partial<Fields>) => void;
}

/** Where it holds, and until when. */
function Bounds({ fields, isOperator, onChange }: BoundsProps) {
  return (
    <>
      <div className="token-bounds">
        <Labelled label="Tenant">
          <input
            className="field"
            value={fields.tenant}
            readOnly={!isOperator}
            onChange={(event) => onChange({ tenant: event.target.value })}
          />
        </Labelled>
        <Labelled label="Environment">
          <input
            className="field"
            value={fields.environment}
            readOnly={!isOperator}
            onChange={(event) => onChange({ environment: event.target.value })}
          />
        </Labelled>
        <Labelled label="Valid for">
          <select className="field" value={fields.days} onChange={(event) => onChange({ days: event.target.value })}>
            {DAYS.map(([value, text]) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
          </select>
        </Labelled>
      </div>
      {!isOperator && <p className="hint">Bound to your own tenant and environment; the token of the first start makes others.</p>}
    </>
  );
}

function askedFor(
  role: string,
  { name, subject, tenant, environment, days }: Fields,
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
