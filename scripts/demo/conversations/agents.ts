// A coding agent that works by itself: several rounds of tools in one turn, parallel calls, and long memory that is
// folded into a summary.
import type { Conversation } from '../types.ts';

export const AGENTS: readonly Conversation[] = [
  {
    name: 'agent: upgrade the date library',
    user: 'henrike',
    app: 'ide',
    when: 'past',
    start: 330,
    turns: [
      [
        "upgrade our date library to v4 and fix whatever breaks. don't touch the vendored copy in legacy/",
        'Done: package and lockfile are on v4, three call sites use the new format tokens (yyyy instead of YYYY), legacy/ is untouched. All 118 tests pass.',
        {
          tools: [
            {
              call: 'search_code',
              result: 'src/labels/date.ts:4\nsrc/invoice/footer.ts:19\nsrc/tracking/eta.ts:52\nlegacy/vendor/date.js:1',
            },
            { call: 'read_file', result: '"date-kit": "^3.9.0"' },
          ],
          more: [
            [{ call: 'run_tests', result: '{"failed": 3, "passed": 115}' }],
            [
              { call: 'read_file', result: "format(day, 'DD.MM.YYYY')" },
              { call: 'read_file', result: "format(due, 'YYYY-MM-DD')" },
            ],
            [{ call: 'run_tests', result: '{"failed": 0, "passed": 118}' }],
          ],
        },
      ],
      [
        'wait, why did eta.ts change? i thought it only parses',
        'It parses and formats: line 52 prints the day for the customer. Only the token in that line changed.',
        { tools: [{ call: 'read_file', result: "52: return format(eta, 'EEE DD MMM')" }] },
      ],
      [
        'hm ok. revert eta.ts anyway, martin is rewriting it',
        'Reverted. One test fails now, eta_prints_weekday, until his rewrite lands.',
        { tools: [{ call: 'run_tests', result: '{"failed": 1, "passed": 117}' }] },
      ],
      [
        'mark that one as expected to fail with a pointer to his branch',
        'It is marked as expected to fail, with the name of the branch in the comment.',
      ],
    ],
  },
  {
    name: 'agent: memory leak in the worker',
    user: 'idris',
    app: 'ide',
    when: 'past',
    start: 260,
    turns: [
      [
        'label worker grows ~40 MB per hour until it gets killed. heap snapshots are in /tmp/snap1 and /tmp/snap2, find the leak',
        'Between the two snapshots 61 000 Listener objects were added, all held by the same EventEmitter in pdf/pool.ts. Each render adds an "error" listener and none is removed.',
        {
          tools: [
            { call: 'read_file', result: 'Listener 12 044 objects' },
            { call: 'read_file', result: 'Listener 73 211 objects' },
          ],
          more: [[{ call: 'search_code', result: "pdf/pool.ts:77: process.on('error', onError)" }]],
        },
      ],
      [
        'nice. fix?',
        'I replaced on with once and remove the listener in finally. A test renders 500 labels and asserts that the count of listeners stays the same.',
        { tools: [{ call: 'run_tests', result: '{"failed": 0, "passed": 12}' }] },
      ],
      [
        'the test takes 9 s, too slow for us',
        'With 50 labels it takes under a second and would still have failed before the fix: I checked it against the old code.',
        { tools: [{ call: 'run_tests', result: '{"failed": 1, "passed": 11}' }] },
      ],
      [
        'Good. Also look at whether the pool itself ever shrinks',
        'It does not: idle renderers stay until the process ends. That is 30 MB for each, at most eight of them.',
      ],
      ['should it?', 'With your load profile I would let them go after five idle minutes. It costs one slow label in the morning.'],
      ['do it, 5 min', 'Done, with the time as a setting. Default 300 seconds.'],
    ],
  },
  {
    name: 'agent: moving the build to the new runner',
    user: 'henrike',
    app: 'ide',
    when: 'live',
    start: 3,
    turns: [
      [
        'CI on the new runner fails with "no space left on device". it has 14 GB, should be plenty?',
        'The cache of the browser download is restored three times, once for each job in the matrix: about 11 GB. Sharing it between the jobs mends it.',
        {
          tools: [
            { call: 'read_file', result: 'matrix: [unit, e2e, visual]' },
            { call: 'search_code', result: 'cache: ~/.cache/browsers' },
          ],
        },
      ],
      ['share it how', 'One job downloads and uploads it as an artefact; the other two depend on that job.'],
      ['that makes it slower though, no?', 'By about forty seconds for the first run of a day. All later ones hit the cache.'],
      [
        'ok do that. and while you are there: the lint job has no timeout',
        'Both are in: one shared cache and a timeout of ten minutes for lint.',
        {
          compact:
            'The CI on the new runner ran out of disk because three jobs restore the browser cache (11 GB). Decided: one job downloads it and shares it as an artefact.',
          keep: 2,
          tools: [{ call: 'read_file', result: 'lint: runs-on: large' }],
        },
      ],
      ['push it as draft', 'The draft is open. It says what was shared and why.'],
    ],
  },
  {
    name: 'agent: what does this regex do',
    user: 'idris',
    app: 'ide',
    when: 'live',
    start: 17,
    turns: [
      [
        'what does this do and can it hang? /^(\\s*[a-z]+,?)*$/i',
        'It accepts words with commas and blanks. It can hang: the inner part can match the same text in many ways, so a long line that fails at the end takes exponential time.',
      ],
      [
        'give me one that cannot',
        '/^\\s*[a-z]+(?:[\\s,]+[a-z]+)*[\\s,]*$/i: separators are required between words, so there is one way to match.',
      ],
      [
        'it rejects the empty string, the old one did not',
        'Right. Make the whole inner part optional: /^(?:\\s*[a-z]+(?:[\\s,]+[a-z]+)*[\\s,]*)?$/i.',
      ],
      ['thx. and umlauts?', 'Use \\p{L} instead of [a-z] and the flag u.'],
    ],
  },
];
