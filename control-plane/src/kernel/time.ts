const TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/** Epoch milliseconds of a date, an RFC 3339 time (UTC where it says nothing) or epoch seconds. */
export function timeOf(value: string): number | undefined {
  if (/^\d{9,11}(\.\d{1,6})?$/.test(value)) return Number(value) * 1000;
  if (!TIME.test(value)) return undefined;
  const ms = Date.parse(value.includes('T') && !/(Z|[+-]\d{2}:\d{2})$/.test(value) ? `${value}Z` : value);
  return Number.isNaN(ms) ? undefined : ms;
}
