// What the demo says.
import type { Figures } from './figures.ts';

export interface Places {
  readonly control: string;
  readonly gateway: string;
  readonly token: string;
}

const LINE = '─'.repeat(78);

/** Where everything is, and the next three things to try. */
export function greeting({ control, gateway, token }: Places): string {
  return `
${LINE}
  Page      ${control}/#token=${token}
  Gateway   ${gateway}   (OpenAI base URL ${gateway}/v1, Anthropic base URL ${gateway})
  Token     ${token}
${LINE}
  Three things to try

  1. Ask something through the gateway, and watch it arrive on the page:
     curl ${gateway}/v1/chat/completions -H 'content-type: application/json' \\
       -d '{"model":"gpt-4o","user":"you","messages":[{"role":"user","content":"What is a clew?"}]}'

  2. An alert fired an hour ago: travellers correct the help desk. See what is behind it, and the runs that nobody approved:
     ${control}/?view=alerts
     ${control}/?view=runs&verdict=drifted

  3. Search by words or by meaning, once the page knows the token:
     ${control}/?q=my+train+was+late
${LINE}
  Sample conversations arrive for the next quarter of an hour. Ctrl-C ends everything.
`;
}

/** One line after the first minute and a half. */
export function summary(figures: Figures): string {
  const { requests, users, conversationsMade, threadsFound, pairPrecision, pairRecall } = figures;
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  return `${requests} requests of ${users} users. ${conversationsMade} conversations were written, ${threadsFound} threads were found (pairs: ${percent(pairPrecision)} precision, ${percent(pairRecall)} recall).`;
}
