import { useEffect, useRef } from 'react';
import type { Receipt } from '../api/privacy.ts';
import { Badge } from '../ui/badge.tsx';
import { count, dateTime, plural, words } from '../ui/format.ts';
import { saveJson } from '../ui/save-json.ts';

/** What the server answers for: counts, what a second look found, and what nothing can reach. */
export function ErasureReceipt({ receipt }: { readonly receipt: Receipt }) {
  const { user, at, scanned, beyondRecall } = receipt;
  const removed = Object.entries(receipt.removed).filter(([, n]) => n > 0);
  const title = useRef<HTMLHeadingElement>(null);
  // The dialog that stood here took the focus with it.
  useEffect(() => title.current?.focus(), []);
  return (
    <section aria-labelledby="receipt-title" className="receipt">
      <h2 id="receipt-title" className="findings-title" ref={title} tabIndex={-1}>
        Receipt: <span className="mono erasure-whom">{user}</span> is erased
      </h2>
      <p>
        <time dateTime={at}>{dateTime(at)}</time>. What the person did before is not stored, also when it arrives later.
      </p>
      {removed.length === 0 ? (
        <p>
          <Badge tone="warn">nothing was stored</Badge> Is it the user that the gateways see, and the right tenant and environment?
        </p>
      ) : (
        <table className="small-table receipt-counts">
          <caption className="unseen">What was removed</caption>
          <thead>
            <tr>
              <th scope="col">Removed</th>
              <th scope="col" className="number">
                How many
              </th>
            </tr>
          </thead>
          <tbody>
            {removed.map(([what, n]) => (
              <tr key={what}>
                <th scope="row">{words(what)}</th>
                <td className="number">{count(n)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <p>
        <Badge tone="good">nothing left</Badge> A second look at {plural(scanned.length, 'place')} found {count(receipt.residual)} items.
      </p>
      <details>
        <summary>Which places</summary>
        <p className="muted">{scanned.map(words).join(', ')}</p>
      </details>
      <h3 className="findings-title">Beyond recall</h3>
      <dl className="beyond">
        {beyondRecall.map(({ place, holds }) => (
          <div key={place}>
            <dt>{place}</dt>
            <dd className="muted">{holds}</dd>
          </div>
        ))}
      </dl>
      <p className="actions">
        <button type="button" className="button" onClick={() => saveJson(`erasure-${at.slice(0, 10)}.json`, receipt)}>
          Save the receipt
        </button>
      </p>
      <p className="hint">It is shown this once.</p>
    </section>
  );
}
