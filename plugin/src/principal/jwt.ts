// Claims of a bearer token, read without verifying it: verifying is the gateway's work. What stands here is the
// client's word until the gateway says that it authenticated someone.

const MAX_TOKEN = 16_384;

export type Claims = Readonly<Record<string, unknown>>;

export function readClaims(authorization: string | undefined): Claims | undefined {
  const token = /^Bearer +([\w-]+\.[\w-]+\.[\w-]*)$/i.exec((authorization ?? '').slice(0, MAX_TOKEN))?.[1];
  if (token === undefined) return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    return typeof claims === 'object' && claims !== null && !Array.isArray(claims) ? (claims as Claims) : undefined;
  } catch {
    return undefined;
  }
}

/** A text or number at a dotted path; a name that itself holds dots is tried first, as URLs are common claim names. */
export function readPath(value: unknown, path: string): string | undefined {
  const whole = own(value, path);
  const found = whole ?? path.split('.').reduce<unknown>((holder, step) => own(holder, step), value);
  return typeof found === 'string' || (typeof found === 'number' && Number.isFinite(found)) ? String(found) : undefined;
}

function own(holder: unknown, key: string): unknown {
  return typeof holder === 'object' && holder !== null && Object.hasOwn(holder, key) ? (holder as Claims)[key] : undefined;
}
