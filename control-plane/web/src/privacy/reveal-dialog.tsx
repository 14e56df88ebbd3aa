import { useState } from 'react';
import { useMay } from '../api/me.ts';
import { reveal, type Revealed } from '../api/privacy.ts';
import { Confirm } from '../ui/confirm.tsx';
import { words } from '../ui/format.ts';
import { IdField } from '../ui/labelled.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { isReason, ReasonField } from '../ui/reason-field.tsx';
import { useDoing } from '../ui/use-doing.ts';

interface RevealDialogProps {
  /** Absent: asked for. */
  readonly requestId?: string;
  /** What was taken out of the request, where that is known. */
  readonly types?: readonly string[];
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** The way to the originals of one request; who may not go it is told why. */
export function RevealDialog(props: RevealDialogProps) {
  return useMay()('reveal:write') ? <Asking {...props} /> : <Denied {...props} />;
}

function Denied({ isOpen, onClose }: RevealDialogProps) {
  return (
    <Confirm
      isOpen={isOpen}
      title="Not yours to reveal"
      action="Understood"
      isNotice
      onClose={onClose}
      onConfirm={() => Promise.resolve(true)}
    >
      <p>
        Your token lacks <code>reveal:write</code>. It comes with no role, <em>admin</em> included: a token of role <em>auditor</em> or{' '}
        <em>admin</em> must be made with it by name, a person needs it in <code>CLEW_OIDC_ROLES</code>.
      </p>
      <p className="hint">
        Nothing was asked of the server. Originals exist only where the policy says <code>redaction.reversible</code>, and each reveal, also
        a refused one, stands in the audit log.
      </p>
    </Confirm>
  );
}

function Asking({ requestId, types = [], isOpen, onClose }: RevealDialogProps) {
  const [given, setGiven] = useState('');
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [reason, setReason] = useState('');
  const [found, setFound] = useState<Revealed>();
  const { problem, clear, run } = useDoing();
  const request = requestId ?? given.trim();
  const close = (): void => {
    clear();
    // Originals stay on the page no longer than the dialog.
    setFound(undefined);
    setReason('');
    onClose();
  };
  const submit = async (): Promise<boolean> => {
    if (found !== undefined) return true;
    await run(async () => setFound(await reveal(request, chosen, reason.trim())));
    return false;
  };
  return (
    <Confirm
      isOpen={isOpen}
      title={found === undefined ? 'Reveal originals of one request' : 'Originals'}
      action={found === undefined ? 'Reveal' : 'Done'}
      isNotice={found !== undefined}
      isReady={found !== undefined || (request !== '' && isReason(reason))}
      onClose={close}
      onConfirm={submit}
    >
      {found === undefined ? (
        <>
          {requestId === undefined && <IdField label="Id of the request" value={given} onChange={setGiven} />}
          {types.length > 0 && <Types types={types} chosen={chosen} onChoose={setChosen} />}
          <ReasonField value={reason} onChange={setReason} placeholder="As “ticket 4711: which address do we have”" />
          <p className="hint">
            Scope: {requestId === undefined ? 'that request' : <code>{requestId}</code>} alone. Who asked, the types, how many and the
            reason stand in the audit log before the answer comes; reveals an hour are limited. Names, addresses of people and what the
            policy masks have no original.
          </p>
        </>
      ) : (
        <dl className="revealed">
          {found.items.map(({ token, type, value }) => (
            <div key={token}>
              <dt>
                <span className="redacted">{token}</span> <span className="muted">{words(type.toLowerCase())}</span>
              </dt>
              <dd dir="auto">{value}</dd>
            </div>
          ))}
        </dl>
      )}
      {problem && <ProblemNote problem={problem} slim />}
    </Confirm>
  );
}

interface TypesProps {
  readonly types: readonly string[];
  readonly chosen: readonly string[];
  readonly onChoose: (types: readonly string[]) => void;
}

function Types({ types, chosen, onChoose }: TypesProps) {
  return (
    <fieldset className="kinds">
      <legend className="field-label">Which? None chosen: all that is kept of this request.</legend>
      {types.map((type) => (
        <label key={type} className="kind">
          <input
            type="checkbox"
            checked={chosen.includes(type)}
            onChange={(event) => onChoose(event.target.checked ? [...chosen, type] : chosen.filter((one) => one !== type))}
          />
          <span>{words(type.toLowerCase())}</span>
        </label>
      ))}
    </fieldset>
  );
}
