import type { Price, Sample } from '#contract';

/** No single request costs more. Sums of what is past it would end in infinity, and a counter never comes back from there. */
const MOST_USD = 1_000_000;

/** US dollars: what the provider stated, else by the price table; null where neither knows. */
export function costOf(sample: Sample, prices: readonly Price[]): number | null {
  const { usage } = sample;
  if (!usage) return null;
  if (usage.costUsd !== undefined && usage.costUsd <= MOST_USD) return usage.costUsd;
  const name = sample.model?.executed ?? sample.model?.requested;
  const price = name === undefined ? undefined : priceOf(name, prices);
  if (!price || (usage.inputTokens === undefined && usage.outputTokens === undefined)) return null;
  return (inputOf(usage, price) + (usage.outputTokens ?? 0) * price.outputPerMillion) / 1_000_000;
}

/** Cached tokens are among the input's, reasoning among the output's; where the table has no price for cached ones they cost what others do. */
function inputOf({ inputTokens = 0, cacheReadTokens = 0, cacheWriteTokens = 0 }: NonNullable<Sample['usage']>, price: Price): number {
  const read = Math.min(cacheReadTokens, inputTokens);
  const written = Math.min(cacheWriteTokens, inputTokens - read);
  const { inputPerMillion: usual, cacheReadPerMillion = usual, cacheWritePerMillion = usual } = price;
  return (inputTokens - read - written) * usual + read * cacheReadPerMillion + written * cacheWritePerMillion;
}

/** What may follow a listed name: a date, a version or "latest". "gpt-4o-audio" is another model than "gpt-4o". */
const SNAPSHOT = /^[-@:](\d{4,8}(-\d{2}){0,2}|\d{3,4}|latest|v?\d+)$/;

function priceOf(name: string, prices: readonly Price[]): Price | undefined {
  let best: Price | undefined;
  for (const price of prices) {
    const isNamed = name === price.model || (name.startsWith(price.model) && SNAPSHOT.test(name.slice(price.model.length)));
    if (isNamed && price.model.length > (best?.model.length ?? -1)) best = price;
  }
  return best;
}
