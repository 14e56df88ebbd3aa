// A software team in its editor. The client resends the whole conversation, asks for a title, and calls tools.
import { PLANTED } from '../planted.ts';
import type { Conversation } from '../types.ts';

export const DEV: readonly Conversation[] = [
  {
    name: 'dev: flaky checkout test',
    user: 'marit',
    app: 'ide',
    when: 'past',
    turns: [
      [
        'The test checkout_totals fails about once in ten runs. Can you find out why?',
        'The test compares prices after a currency conversion and depends on the order of a hash map. Sorting the lines before the sum makes it stable.',
        {
          tools: [
            { call: 'run_tests', result: '{"failed": 1, "passed": 41, "name": "checkout_totals"}' },
            { call: 'read_file', result: 'lines := cart.Lines() // map order' },
          ],
        },
      ],
      [
        'Could the conversion itself round differently?',
        'It rounds half to even at each line. That is deterministic, so it is not the cause, but rounding once at the end would be closer to what customers expect.',
      ],
      [
        'Do it with the sort only, rounding is for another day',
        'I sorted the lines by their id before adding them up. Nothing else changed.',
        { tools: [{ call: 'run_tests', result: '{"failed": 0, "passed": 42}' }] },
      ],
      [
        'Write the commit message',
        'Sort cart lines before adding them up. The sum depended on map order, which made checkout_totals fail now and then.',
      ],
      ['Write the commit message', 'Make cart totals independent of map order. Fixes the flaky test checkout_totals.', { replace: true }],
    ],
  },
  {
    name: 'dev: slow search endpoint',
    user: 'tomasz',
    app: 'ide',
    when: 'past',
    turns: [
      [
        'GET /parcels takes two seconds for large customers. Where would you look first?',
        'At the query behind it. A filter on status with an ORDER BY on created_at usually wants an index on both columns.',
      ],
      [
        'Here is the plan: Seq Scan on parcels, rows=1900000',
        'A sequential scan over 1.9 million rows explains it. An index on (customer_id, status, created_at) would let it read only the page that is shown.',
        { tools: [{ call: 'search_code', result: 'parcels_repository.ts:88: ORDER BY created_at DESC LIMIT 50' }] },
      ],
      [
        'What does the index cost on writes?',
        'About one extra page write for each insert. With your 40 inserts a second that is not measurable.',
      ],
      [
        'And can I create it without locking the table?',
        'Yes, CREATE INDEX CONCURRENTLY. It takes longer and must not run inside a transaction.',
      ],
      [
        'We run migrations inside transactions',
        'Then mark this migration as non-transactional. Your tool reads the flag from the first comment line.',
        { tools: [{ call: 'read_file', result: '-- migrate: no-transaction' }] },
      ],
      ['ok, measured again: 38 ms', 'From two seconds to 38 milliseconds. I would note both figures in the pull request.'],
    ],
  },
  {
    name: 'dev: webhook signature',
    user: 'priya',
    app: 'ide',
    when: 'past',
    turns: [
      [
        'How should we verify the signature of incoming webhooks?',
        'Compute an HMAC over the raw body with the shared secret and compare in constant time. Reject anything older than five minutes.',
      ],
      [
        'Our framework parses the body before we see it',
        'Then register a raw body parser for that route alone. A re-serialised body will not have the same bytes.',
        { tools: [{ call: 'search_code', result: 'app.ts:31: app.use(json())' }] },
      ],
      [
        `For testing I use the key ${PLANTED.apiKey}, is that format fine?`,
        'The format is fine, but please rotate it: a key that was pasted into a chat is no secret any more.',
      ],
      ['Fair. Where do I put the new one?', 'In the secret store, and read it from the environment at start. Never in the repository.'],
    ],
  },
  {
    name: 'dev: dark mode of the tracker',
    user: 'joel',
    app: 'ide',
    when: 'past',
    start: 210,
    turns: [
      [
        'Our tracking page is unreadable in dark mode. How do I start?',
        'Collect the colours into variables first. Then dark mode is one block of overrides.',
      ],
      [
        'There are 61 colours',
        'Most will be shades of five or six. Group them by use: text, surface, border, accent, warning.',
        { tools: [{ call: 'search_code', result: '61 matches for #[0-9a-f]{6} in 14 files' }] },
      ],
      ['What about the map? It is a bitmap', 'Lower its brightness with a filter, or ask the tile provider for its dark style.'],
      ['Show me the filter', 'filter: invert(1) hue-rotate(180deg) brightness(0.9). Test it with the red route line.'],
      ['The red line turns turquoise', 'Draw the line in a layer of its own above the filtered one, then it keeps its colour.'],
      [
        'Back to the colours: do I name them by shade or by use?',
        'By use. Names by shade become lies as soon as dark mode swaps them.',
        { resumeLive: 9 },
      ],
      [
        'And the warning colour needs enough contrast in both',
        'Aim for 4.5 to 1 against the surface. Check it in a test rather than by eye.',
      ],
    ],
  },
  {
    name: 'dev: rust borrow checker',
    user: 'joel',
    app: 'ide',
    when: 'past',
    start: 188,
    turns: [
      [
        'Why does the compiler say cannot borrow queue as mutable more than once?',
        'You hold a reference into the queue while you push to it. The reference must end before the push.',
      ],
      ['But I need the first element afterwards', 'Copy what you need out of it first, or use indices instead of references.'],
      ['clone is expensive here, it is a large buffer', 'Then take it out with std::mem::take, work on it, and put it back.'],
      [
        'And if the function returns early in between?',
        'Then the buffer stays empty. A small guard that puts it back on drop is safe in every path.',
      ],
    ],
  },
  {
    name: 'dev: release notes',
    user: 'marit',
    app: 'ide',
    when: 'past',
    start: 44,
    turns: [
      [
        'Collect what we merged since 4.2 into release notes',
        'There are eleven merged requests: six fixes, three features, two dependency updates. I grouped them by what users notice.',
        { tools: [{ call: 'list_pull_requests', result: '11 merged since v4.2.0' }] },
      ],
      ['Shorter, and no dependency updates', 'Six fixes and three features, one line each.'],
      ['Put the address validation first', 'Done: address validation first, then label printing, then the rest.'],
      ['In the tone of the last release', undefined, { error: 529 }],
      ['In the tone of the last release', 'Rewritten in the tone of 4.2: short sentences, no exclamation marks.'],
    ],
  },
  {
    name: 'dev: docker image size',
    user: 'tomasz',
    app: 'ide',
    when: 'live',
    turns: [
      [
        'Our image is 1.4 GB. What makes it so large?',
        'The build tools are still inside. A second stage that copies only the bundle would drop most of it.',
        { tools: [{ call: 'read_file', result: 'FROM node:24\nRUN apt-get install build-essential' }] },
      ],
      ['Which base for the second stage?', 'A slim one with the same libc. Alpine would save more but needs other native modules.'],
      ['We have sharp and sqlite', 'Both have prebuilt binaries for slim Debian. Stay there.'],
      [
        'No, I meant we compile sqlite ourselves',
        'Then copy the compiled library from the first stage and keep both stages on the same Debian release.',
      ],
      ['280 MB now, good enough', 'That is a fifth of what it was. Shall I write the note for the pull request?'],
    ],
  },
  {
    name: 'dev: rate limiter',
    user: 'priya',
    app: 'ide',
    when: 'live',
    turns: [
      [
        'Token bucket or sliding window for our public API?',
        'A token bucket allows short bursts, which suits label printing. A sliding window is fairer for polling clients.',
      ],
      ['Bursts of how many?', 'Take what a warehouse prints in one go, perhaps 200, and refill ten a second.'],
      [
        'It has to work over four instances',
        'Keep the buckets in Redis and take tokens with a small script, so that it is one atomic step.',
      ],
      ['And when Redis is away?', 'Fail open with a local bucket of a quarter of the size. Count it, so that you see it happen.'],
      [
        'And when Redis is away for an hour?',
        'Local buckets still hold each instance to its share. Page somebody after five minutes.',
        { replace: true },
      ],
      [
        'Which header tells the client?',
        'Retry-After with the seconds until the next token, and the RateLimit headers if clients read them.',
      ],
    ],
  },
  {
    name: 'dev: typescript narrowing',
    user: 'joel',
    app: 'ide',
    when: 'live',
    turns: [
      [
        'Why is item still possibly undefined after filter(Boolean)?',
        'filter(Boolean) is not a type guard. Write a predicate that says what it narrows to.',
      ],
      [
        'Can the compiler infer that?',
        'For an arrow function that is a plain check it can, since 5.5: filter((item) => item !== undefined).',
      ],
      ['we are on 5.4', 'Then annotate the predicate: (item): item is Item => item !== undefined.'],
      ['thanks', 'You are welcome.'],
    ],
  },
  {
    name: 'dev: on-call handover',
    user: 'marit',
    app: 'ide',
    when: 'later',
    turns: [
      [
        'Summarise what happened on call this week for the handover',
        'Two pages: a full disk on the label printer host, and a certificate that ran out. Both are closed.',
      ],
      ['Who renews the certificate next time?', 'It renews itself now. The alert fires fourteen days before in case it does not.'],
      ['Add that the disk alert was too late', 'Added: the alert fired at 98 percent, it should at 85.'],
    ],
  },
  {
    name: 'dev: csv import encoding',
    user: 'tomasz',
    app: 'ide',
    when: 'later',
    turns: [
      [
        'Customers upload CSV files with broken umlauts. How do we detect the encoding?',
        'Try UTF-8 strictly first. If it fails, Windows-1252 is the best guess for files from spreadsheets.',
        { tools: [{ call: 'search_code', result: "import.ts:12: toString('latin1')" }] },
      ],
      ['And the byte order mark?', 'Strip it. It otherwise becomes part of the first column name.'],
      ['What if they use semicolons', 'Count both separators in the first line and take the more frequent one.'],
      ['One test with each, please', 'Three files: UTF-8 with mark, UTF-8 without, Windows-1252, each with an umlaut in the first row.'],
    ],
  },
];
