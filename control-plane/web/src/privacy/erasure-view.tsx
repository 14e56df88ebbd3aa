import { useState, type SyntheticEvent } from 'react';
import { useMay } from '../api/me.ts';
import type { Receipt } from '../api/privacy.ts';
import { forgetKept } from '../api/use-resource.ts';
import { Link } from '../route/link.tsx';
import { goBack, navigate } from '../route/navigate.ts';
import { auditAddress, erasureAddress, listAddress } from '../route/url.ts';
import { IdField } from '../ui/labelled.tsx';
import { useKeys } from '../ui/keys.ts';
import { useTitle } from '../ui/use-title.ts';
import { EraseDialog } from './erase-dialog.tsx';
import { ErasureReceipt } from './erasure-receipt.tsx';
import { KnownOfUser } from './known-of-user.tsx';

/** Pseudonyms say nothing of anybody, so they may stand in an address. What people are called elsewhere may not. */
const isPseudonym = (id: string): boolean => /^p_[\w-]{1,126}$/.test(id);

/** Forgetting a person: whom, what is stored of them, a last question, and the receipt. */
export function ErasureView({ user }: { readonly user: string | undefined }) {
  const [given, setGiven] = useState(user ?? '');
  const [name, setName] = useState<string>();
  const [receipt, setReceipt] = useState<Receipt>();
  const [shown, setShown] = useState(user);
  const [isAsking, setAsking] = useState(false);
  const may = useMay();
  useTitle('Erasure');
  useKeys({ Escape: () => goBack(listAddress()) });
  if (user !== shown) {
    // Another address: by a link, or back.
    setShown(user);
    if (user !== undefined) {
      setGiven(user);
      setName(undefined);
      setReceipt(undefined);
    }
  }
  const wanted = given.trim();
  const chosen = name ?? user;
  const choose = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (wanted === '') return;
    const isNamed = !isPseudonym(wanted);
    setReceipt(undefined);
    setName(isNamed ? wanted : undefined);
    navigate(erasureAddress(isNamed ? undefined : wanted), 'replace');
  };
  return (
    <div className="privacy erasure">
      <section className="filters" aria-label="About">
        <h1 className="page-title">Erasure</h1>
      </section>
      <p className="lead measure">
        Forgets one person in this tenant and environment: requests, texts, vectors, feedback, tokens, sealed originals and the key that
        they were sealed under. What the person did until now is not stored any more either, however late it arrives. It cannot be taken
        back.
      </p>
      <form className="erasure-form" onSubmit={choose}>
        <IdField label="Pseudonym (p_…), or the user as the gateways see them" value={given} onChange={setGiven} />
        <button type="submit" className="button" disabled={wanted === ''}>
          Look
        </button>
      </form>
      {chosen !== undefined && receipt === undefined && (
        <section aria-labelledby="whom-title">
          <h2 id="whom-title" className="findings-title">
            <span className="mono erasure-whom">{chosen}</span>
          </h2>
          {isPseudonym(chosen) ? (
            <KnownOfUser user={chosen} />
          ) : (
            <p className="hint measure">
              Only the server makes the pseudonym of this name, so what is stored is not told beforehand; the receipt says it. The name is
              kept nowhere.
            </p>
          )}
          <p className="actions">
            <button type="button" className="button button-main" onClick={() => setAsking(true)} aria-haspopup="dialog">
              Erase …
            </button>
          </p>
          <EraseDialog
            user={chosen}
            isOpen={isAsking}
            onClose={() => setAsking(false)}
            onErased={(made) => {
              // What other rooms showed of the person is not shown again.
              forgetKept();
              setReceipt(made);
            }}
          />
        </section>
      )}
      {receipt !== undefined && <ErasureReceipt receipt={receipt} />}
      {may('audit:read') && (
        <p className="hint">
          Earlier ones stand in the <Link href={auditAddress({ kind: 'erasure' })}>audit log</Link>, by a digest of the pseudonym.
        </p>
      )}
    </div>
  );
}
