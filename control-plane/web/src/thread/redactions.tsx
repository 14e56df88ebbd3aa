import { useState } from 'react';
import type { RequestView } from '../api/views.ts';
import { RevealDialog } from '../privacy/reveal-dialog.tsx';
import { Badge } from '../ui/badge.tsx';
import { count, words } from '../ui/format.ts';

/** What was taken out of the request before it was stored, and the way to the originals for who may see them. */
export function Redactions({ request }: { readonly request: RequestView }) {
  const [isOpen, setOpen] = useState(false);
  const found = Object.entries(request.redactions).filter(([, n]) => n > 0);
  if (found.length === 0) return null;
  return (
    <section className="redactions" aria-label="Redactions">
      <span className="muted">Taken out before it was stored:</span>
      {found.map(([type, n]) => (
        <Badge key={type} title={`${count(n)} × ${type}`}>
          {count(n)} {words(type.toLowerCase())}
        </Badge>
      ))}
      <button type="button" className="button" onClick={() => setOpen(true)}>
        Reveal …
      </button>
      <RevealDialog requestId={request.id} types={found.map(([type]) => type)} isOpen={isOpen} onClose={() => setOpen(false)} />
    </section>
  );
}
