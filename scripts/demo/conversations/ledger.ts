// A data analyst and an agent with tools. Long conversations are compacted: a summary takes the place of what was said.
import { PLANTED } from '../planted.ts';
import type { Conversation } from '../types.ts';

export const LEDGER: readonly Conversation[] = [
  {
    name: 'ledger: revenue dip in March',
    user: 'analyst-olga',
    app: 'ledger',
    when: 'past',
    turns: [
      [
        'Why did revenue drop in March?',
        'Revenue in March was 11 percent below February. The drop is almost entirely in the region north, in garden furniture.',
        {
          tools: [
            { call: 'describe_tables', result: 'orders(id, day, region, category, amount_eur)' },
            { call: 'run_sql', result: 'north,garden,-412000' },
          ],
        },
      ],
      [
        'Fewer orders or smaller ones?',
        'Fewer: 2140 instead of 2980 orders. The mean order stayed at 310 euros.',
        { tools: [{ call: 'run_sql', result: '2980,2140,310' }] },
      ],
      [
        'Was it the same last year?',
        'No. In March of last year orders in the north rose by 4 percent.',
        { tools: [{ call: 'run_sql', result: '+0.04' }] },
      ],
      [
        'Chart it by week',
        'The chart shows the fall from the second week of March on.',
        { tools: [{ call: 'draw_chart', result: 'chart-17.png' }] },
      ],
      [
        'Which customers stopped ordering?',
        'Three chains account for 80 percent of the fall. All three are served from the same depot.',
        {
          compact:
            'The user asks why revenue fell in March. Found: 11 percent below February, region north, garden furniture, 2140 instead of 2980 orders, mean order unchanged, not seasonal, visible from the second week on.',
          tools: [{ call: 'run_sql', result: 'GroenHuis, Terra Nova, Tuinland' }],
        },
      ],
      ['Which depot?', 'Groningen. It was closed for nine days after a water damage.'],
      [
        'That explains it. Two sentences for the board, please',
        'Revenue fell by 11 percent in March because the depot in Groningen was closed for nine days. Orders of the three chains that it serves have recovered since.',
      ],
    ],
  },
  {
    name: 'ledger: duplicate invoices',
    user: 'analyst-ravi',
    app: 'ledger',
    when: 'past',
    turns: [
      [
        'Find invoices that were booked twice this quarter',
        'There are 17 pairs with the same supplier, amount and date. 14 of them have the same invoice number with a suffix.',
        {
          tools: [
            { call: 'describe_tables', result: 'invoices(id, number, supplier, amount_eur, booked_on)' },
            { call: 'run_sql', result: '17 rows' },
          ],
        },
      ],
      ['Sum of the 14?', '38 450 euros, from January to March.', { tools: [{ call: 'run_sql', result: '38450' }] }],
      [
        `Whom do I ask? The entries come from ${PLANTED.address} and ${PLANTED.mailAnalyst}`,
        'The address belongs to the scanner in accounts payable, so ask the person on duty there.',
      ],
      [
        'Since when does that happen',
        'Since the scanner was replaced on 9 January.',
        { tools: [{ call: 'run_sql', result: '2026-01-09' }] },
      ],
      [
        'Write a query that finds them daily',
        'Group by supplier, amount and date, keep groups with more than one row, and cut a trailing letter off the number.',
      ],
    ],
  },
  {
    name: 'ledger: churn by segment',
    user: 'analyst-olga',
    app: 'ledger',
    when: 'past',
    start: 70,
    turns: [
      [
        'What is the churn of small shops compared with chains?',
        'In the last twelve months 9.2 percent of small shops and 2.1 percent of chains placed no order.',
        { tools: [{ call: 'run_sql', result: '9.2,2.1' }] },
      ],
      ['How do you define churn here?', 'No order in 90 days after at least three orders in the year before.'],
      ['Use 180 days', 'Then it is 6.4 and 1.8 percent.', { tools: [{ call: 'run_sql', result: '6.4,1.8' }] }],
      ['Use 120 days', 'With 120 days it is 7.9 and 1.9 percent.', { replace: true }],
      ['Is the difference significant?', 'Yes: with 3100 small shops and 240 chains the interval of the difference is 4.1 to 7.9 points.'],
    ],
  },
  {
    name: 'ledger: stock turnover',
    user: 'analyst-ravi',
    app: 'ledger',
    when: 'live',
    turns: [
      [
        'Which products have not moved for half a year?',
        '212 products, worth 96 000 euros at cost. Most are spare parts.',
        { tools: [{ call: 'run_sql', result: '212,96000' }] },
      ],
      ['Without the spare parts', '58 products, worth 41 000 euros.', { tools: [{ call: 'run_sql', result: '58,41000' }] }],
      [
        'Top ten by value',
        'The first is a pallet of parasols at 6 200 euros. The list is in the table.',
        { fallback: 'gpt-4o-mini-2024-07-18' },
      ],
      [
        'What did we sell of those last summer?',
        'Nine of the ten sold at least twice their present stock last summer.',
        { tools: [{ call: 'run_sql', result: '9 of 10' }], fallback: 'gpt-4o-mini-2024-07-18' },
      ],
    ],
  },
  {
    name: 'ledger: forecast for the summer',
    user: 'analyst-olga',
    app: 'ledger',
    when: 'live',
    turns: [
      [
        'Forecast orders for June to August by region',
        'North 8 900, south 12 400, west 15 100, each with about 7 percent either way.',
        { tools: [{ call: 'run_sql', result: '36 months' }] },
      ],
      ['What is that based on?', 'Three years of monthly orders with a trend and a season. The month of the closed depot is left out.'],
      ['Leave it in', 'Then north falls to 8 300.'],
      ['Which is right?', 'Leaving it out, since the closure will not repeat. I would show both.'],
    ],
  },
  {
    name: 'ledger: slow dashboard',
    user: 'analyst-ravi',
    app: 'ledger',
    when: 'later',
    turns: [
      [
        'The sales dashboard takes a minute to load. What does it ask?',
        'It runs 14 queries, and one of them reads all order lines since 2019.',
        { tools: [{ call: 'run_sql', result: '14 queries, 52 s' }] },
      ],
      ['Can that one be precomputed', 'Yes, a table with one row a day and category would do. It has 40 000 rows.'],
      ['How fresh would it be?', 'As of last night. Today can be added from the live table.'],
      ['Do that', 'Here is the statement that builds it, and the view that adds today.'],
    ],
  },
];
