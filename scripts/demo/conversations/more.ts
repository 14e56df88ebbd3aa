// One more conversation for most applications: people who write more than a window holds, or ask for a second matter.
import type { Conversation } from '../types.ts';

export const MORE: readonly Conversation[] = [
  {
    name: 'kitchen: a week of lunches',
    user: 'cook-farah',
    app: 'kitchen',
    when: 'past',
    start: 288,
    turns: [
      [
        'Plan five lunches for the office: I have a microwave there but no fridge, I hate soggy salad, and it should be under 3 euros each',
        'Monday lentil dal with rice, Tuesday baked potato with beans, Wednesday couscous with chickpeas, Thursday noodle soup in a jar, Friday chili. All keep until noon in an insulated bag.',
      ],
      [
        'Swap the chili for something without beans, I already have beans on Tuesday',
        'Friday: mushroom barley risotto. It warms up well in the microwave, 2 minutes.',
      ],
      [
        'What do I cook on Sunday so that it lasts',
        'Dal, chickpeas and barley together take about 70 minutes. Portion them and freeze Thursday and Friday.',
      ],
      ['The jar soup: when does the hot water go in', 'At noon. Noodles, miso, carrots and spinach go in dry in the morning.'],
      ['Can my kid eat that, she is 4', 'Yes, with less miso, since it is salty.'],
      ['Shopping list for all five please', 'Which lunches should it cover? Tell me the dishes and I will list them.'],
      ['the five you planned for me', 'I do not have that plan any more. Please paste it and I make the list.'],
      [
        'seriously? lentils, potato, couscous, noodle soup, risotto',
        'Red lentils 200 g, rice 150 g, potatoes 2, white beans 1 can, couscous 100 g, chickpeas 1 can, noodles 80 g, miso, carrots, spinach, barley 100 g, mushrooms 250 g.',
      ],
    ],
  },
  {
    name: 'kitchen: jam does not set',
    user: 'cook-gerrit',
    app: 'kitchen',
    when: 'live',
    start: 13,
    turns: [
      [
        'my plum jam is still soup after a night',
        'Boil it again with the juice of a lemon, 8 minutes at a rolling boil, and test a drop on a cold plate.',
      ],
      ['there is no lemon in the house', 'A grated sour apple has pectin too. Cook it with the jam.'],
      ['Drop stays now. Do the jars need to be hot again', 'Yes: 10 minutes at 120 degrees, then fill to the rim.'],
    ],
  },
  {
    name: 'study: osmosis in a potato',
    user: 'student-priyanka',
    app: 'study',
    when: 'past',
    turns: [
      ['why did my potato strip get shorter in salt water', 'What is there more of outside the cells than inside?'],
      ['salt', 'So which way does the water want to go?'],
      ['out', 'Right. What happens to a cell that loses water?'],
      ['it gets floppy? so the strip shrinks', 'Exactly. What would you expect at 0.2 mol per litre?'],
      ['almost no change because it is about the same inside', 'Very good. That point is called isotonic.'],
      ['how do i read it from my graph', 'Where does your line cross zero change in length?'],
    ],
  },
  {
    name: 'ledger: currency effect',
    user: 'analyst-sefa',
    app: 'ledger',
    when: 'past',
    start: 150,
    turns: [
      [
        'How much of the growth in Switzerland is just the exchange rate?',
        'Revenue in euros grew by 9.4 percent, in francs by 4.1. So a little more than half of it is the exchange rate.',
        {
          tools: [{ call: 'describe_tables', result: 'orders(id, day, country, amount_local, amount_eur)' }],
          more: [[{ call: 'run_sql', result: 'CHF +4.1, EUR +9.4' }]],
        },
      ],
      ['at constant rates of last year?', '4.1 percent, that is 312 000 euros.', { tools: [{ call: 'run_sql', result: '312000' }] }],
      [
        'Same for Norway',
        'There it is the other way round: 2.0 percent in euros, 6.3 in kroner.',
        { tools: [{ call: 'run_sql', result: 'NOK +6.3, EUR +2.0' }] },
      ],
      [
        'Put both in one table for the board. No tools, just the table',
        'Switzerland: 4.1 at constant rates, 9.4 reported. Norway: 6.3 at constant rates, 2.0 reported.',
      ],
    ],
  },
  {
    name: 'people: notice period',
    user: 'employee-2210',
    app: 'people',
    when: 'past',
    start: 25,
    turns: [
      ['What is my notice period after 6 years?', 'The handbook does not say. Please ask the HR desk.'],
      [
        'It must say something about leaving the company',
        'It mentions sick leave, parental leave and days of leave, nothing about notice.',
      ],
      ['Do I get my remaining leave paid out', 'That is not in the handbook either. The HR desk can tell you.'],
    ],
  },
  {
    name: 'rail: first class by mistake',
    user: 'traveller-85511',
    app: 'rail',
    when: 'live',
    start: 15,
    turns: [
      [
        'I booked first class by mistake, 5 minutes ago, can you make it second',
        'Within three hours of booking a change to second class is free. I can do it with the booking code.',
      ],
      ['QF4-T9', 'Changed to second class. The difference of 21.40 euros goes back to your means of payment.'],
      ['Do I keep the seat reservation', 'No, a new seat was reserved: carriage 7, seat 32.'],
      ['window?', 'Yes, seat 32 is at the window.'],
    ],
  },
];
