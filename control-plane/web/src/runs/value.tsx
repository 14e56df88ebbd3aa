import { count, shortId } from '../ui/format.ts';

/** A value of a record as people read it: parts by name and size, lists line by line, digests cut short with the whole behind them. */
export function Value({ value }: { readonly value: unknown }) {
  if (value === undefined) return <span className="muted">not there</span>;
  if (typeof value === 'string') return <Text text={value} />;
  if (Array.isArray(value) && value.length > 0 && value.every((one) => typeof one !== 'object')) {
    return (
      <ul className="diff-list">
        {value.map((one, index) => (
          <li key={index}>
            <Text text={String(one)} />
          </li>
        ))}
      </ul>
    );
  }
  if (isPart(value)) {
    const { digest, length, name, role, source } = value;
    return (
      <>
        {[name, role, source].filter((label) => label !== undefined).join(', ')} <Text text={digest} />{' '}
        {typeof length === 'number' && <span className="muted">{count(length)} bytes</span>}
      </>
    );
  }
  return <code>{JSON.stringify(value, null, 1)}</code>;
}

interface Part {
  readonly digest: string;
  readonly length?: number;
  readonly name?: string;
  readonly role?: string;
  readonly source?: string;
}

/** One that holds nothing besides: what is not shown must not be hidden. */
function isPart(value: unknown): value is Part {
  if (typeof value !== 'object' || value === null) return false;
  const { digest } = value as Record<string, unknown>;
  const shown = ['digest', 'length', 'name', 'role', 'source', 'salted'];
  return typeof digest === 'string' && Object.entries(value).every(([key, one]) => shown.includes(key) && typeof one !== 'object');
}

const DIGEST = /^[0-9a-f]{64}$/;

function Text({ text }: { readonly text: string }) {
  return DIGEST.test(text) ? <code title={text}>{shortId(text)}</code> : <code>{text}</code>;
}
