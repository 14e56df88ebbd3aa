// Reading single settings from the environment, each fault noted and none thrown.
export interface ConfigFault {
  readonly key: string;
  readonly expected: string;
  readonly consequence: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Names of tenants and environments. */
export const SLUG = /^[a-z0-9][a-z0-9._-]{0,62}$/;

export type Reader = ReturnType<typeof createReader>;

export function createReader(env: Environment, faults: ConfigFault[]) {
  const raw = (key: string): string | undefined => {
    const value = env[key]?.trim();
    return value === '' ? undefined : value;
  };
  const fault = (key: string, expected: string, consequence: string): void => void faults.push({ key, expected, consequence });
  return {
    raw,
    fault,
    text(key: string, fallback: string | undefined, form: RegExp, expected: string, consequence: string): string | undefined {
      const value = raw(key) ?? fallback;
      if (value !== undefined && !form.test(value)) fault(key, expected, consequence);
      return value;
    },
    integer(key: string, fallback: number, low: number, high: number, consequence: string): number {
      const value = raw(key);
      if (value === undefined) return fallback;
      const number = /^\d{1,12}$/.test(value) ? Number(value) : NaN;
      if (!(number >= low && number <= high)) fault(key, `a whole number from ${low} to ${high}`, consequence);
      return number;
    },
    choice<T extends string>(key: string, fallback: T, values: readonly T[], consequence: string): T {
      const value = raw(key) ?? fallback;
      const found = values.find((item) => item === value);
      if (found === undefined) fault(key, `one of ${values.join(', ')}`, consequence);
      return found ?? fallback;
    },
    url(key: string, consequence: string): string | undefined {
      const value = raw(key);
      if (value === undefined) return undefined;
      const parsed = URL.canParse(value) ? new URL(value) : undefined;
      if (parsed?.protocol !== 'http:' && parsed?.protocol !== 'https:') fault(key, 'an http:// or https:// URL', consequence);
      return value.replace(/\/+$/, '');
    },
  };
}
