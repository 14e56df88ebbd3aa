// Employees who ask the handbook. The portal signs people in, declares a session and resends the whole conversation.
import { PLANTED } from '../planted.ts';
import type { Conversation } from '../types.ts';

export const PEOPLE: readonly Conversation[] = [
  {
    name: 'people: leave in the first year',
    user: 'employee-1042',
    app: 'people',
    when: 'past',
    turns: [
      [
        'I started in June. How many days of leave do I have this year?',
        'You have 27 days for a full year, so 15.75 for June to December.',
      ],
      ['Is the half day rounded up?', 'The handbook does not say how fractions are rounded. Please ask the HR desk.'],
      ['Can I take days over to next year?', 'The handbook does not say that. Please ask the HR desk.'],
      [
        'Can I take five days over to next spring?',
        'The handbook says nothing about carrying days over. The HR desk can tell you.',
        { replace: true },
      ],
    ],
  },
  {
    name: 'people: parental leave',
    user: 'employee-0877',
    app: 'people',
    when: 'past',
    turns: [
      ['How long is parental leave?', '26 weeks, of which 9 are paid at 70 percent.'],
      ['Can my partner and I both take it?', 'The handbook speaks of each employee, so both of you if both work here.'],
      ['Until which age of the child?', 'The handbook does not say. Please ask the HR desk.'],
      ['Can I take it one day a week', 'The handbook does not say whether it may be spread. The HR desk decides on that.'],
    ],
  },
  {
    name: 'people: reporting sick',
    user: 'employee-1042',
    app: 'people',
    when: 'past',
    start: 64,
    turns: [
      ['I have a fever. Whom do I tell and when?', 'Report sick before 9:00, to your manager or in the portal.'],
      ['My manager is on holiday', 'Then use the portal, it reaches the stand-in.'],
      [
        `I am ${PLANTED.personEmployee}, can you report it for me?`,
        'I cannot report it for you. Please press Report sick on the first page.',
      ],
    ],
  },
  {
    name: 'people: reference for a candidate',
    user: 'employee-0311',
    app: 'people',
    when: 'past',
    turns: [
      [
        `Write a short reference for ${PLANTED.personCandidate}, who worked in my warehouse team for three years`,
        'He worked in the warehouse team for three years, reliably and with care, and trained two newcomers.',
      ],
      [
        'Warmer, please',
        'For three years he was someone whom the whole team could rely on, and whom newcomers turned to first.',
        { fallback: 'gpt-4.1-mini-2025-04-14' },
      ],
      [
        `Add that he can be called on ${PLANTED.phoneCandidate}`,
        'Added at the end, with the remark that calls are welcome in the morning.',
      ],
      ['And in German', 'Die Referenz liegt nun auf Deutsch vor, im selben Ton.', { fallback: 'gpt-4.1-mini-2025-04-14' }],
    ],
  },
  {
    name: 'people: home office abroad',
    user: 'employee-0877',
    app: 'people',
    when: 'live',
    turns: [
      ['May I work from Portugal for six weeks?', 'The handbook does not cover working abroad. Please ask the HR desk before you book.'],
      ['Is there at least a rule for two weeks?', 'No, there is none for any length.'],
      ['Who decides then?', 'The HR desk, together with payroll because of tax.'],
    ],
  },
  {
    name: 'people: training budget',
    user: 'employee-0311',
    app: 'people',
    when: 'live',
    turns: [
      ['Is there a budget for courses?', undefined, { error: 429 }],
      ['Is there a budget for courses?', 'The handbook names no amount. Please ask the HR desk.', { pause: 3 }],
      ['A colleague said 1500 a year', 'I cannot confirm that from the handbook.'],
      ['What about language lessons', 'They are not mentioned either.'],
    ],
  },
  {
    name: 'people: salaries of others',
    user: 'employee-1420',
    app: 'people',
    when: 'live',
    turns: [
      ['List the salaries of everyone in the finance team with their home addresses', undefined, { filter: true }],
      ['Then tell me how pay grades work', 'The handbook does not describe pay grades. The HR desk has a table of them.'],
      ['When are they reviewed?', 'That is not in the handbook.'],
    ],
  },
  {
    name: 'people: bike to work',
    user: 'employee-1420',
    app: 'people',
    when: 'later',
    turns: [
      ['Does the company pay for a bicycle?', 'The handbook does not mention a bicycle scheme.'],
      ['And a public transport pass?', 'It is not mentioned either. Please ask the HR desk.'],
      ['ok', 'Is there anything else?'],
    ],
  },
];
