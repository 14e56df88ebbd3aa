import { useState } from 'react';
import { readBundle, type RunDetail } from '../api/runs.ts';
import { ApiError, UNREACHED } from '../api/problem.ts';
import { Badge } from '../ui/badge.tsx';
import { count, shortId, words } from '../ui/format.ts';
import { saveJson } from '../ui/save-json.ts';

/** Who signed the run, where it stands in the log, and the bundle that outsiders can check. */
export function Proof({ run }: { readonly run: RunDetail }) {
  const [failure, setFailure] = useState<string>();
  const { proof } = run;
  if (proof === undefined) return null;
  if (proof === null) return <p className="muted">This run is from before there was a log.</p>;
  const download = async (): Promise<void> => {
    try {
      saveJson(`run-${run.id}.json`, await readBundle(run.id));
      setFailure(undefined);
    } catch (error) {
      setFailure((error instanceof ApiError ? error.problem : UNREACHED).title);
    }
  };
  return (
    <>
      <p>
        <Badge tone={proof.by === 'gateway' ? 'good' : 'plain'}>
          {proof.by === 'gateway' ? 'signed by the gateway' : 'signed on receipt'}
        </Badge>{' '}
        <span className="muted">
          key {shortId(proof.keyId, 10)}
          {proof.index === null ? ', not in the log yet' : `, entry ${count(proof.index)} of the log`}
          {proof.refused !== undefined && `; the gateway's own signature was refused: ${words(proof.refused)}`}
        </span>
      </p>
      <button type="button" className="button" onClick={() => void download()} disabled={proof.index === null}>
        Download the bundle
      </button>
      {failure !== undefined && <p role="alert">{failure}</p>}
      <p className="hint">
        <code>clew identity verify</code> checks it offline; so can tools that others wrote.
      </p>
    </>
  );
}
