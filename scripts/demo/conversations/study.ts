// Students and their tutor. The provider keeps the conversation: each request names the answer that it follows.
import { PLANTED } from '../planted.ts';
import type { Conversation } from '../types.ts';

export const STUDY: readonly Conversation[] = [
  {
    name: 'study: derivative of a product',
    user: 'student-ilse',
    app: 'study',
    when: 'past',
    turns: [
      ['How do I differentiate x squared times sin x?', 'Which rule do you know for the product of two functions?'],
      ['u prime v plus u v prime', 'Good. What is u here, and what is its derivative?'],
      ['u is x^2 so 2x', 'Right. And v and its derivative?'],
      ['sin x and cos x, so 2x sin x + x^2 cos x', 'Exactly. Could you check it at x = 0?'],
      ['zero on both sides', 'Well done. Would you like one with three factors?'],
    ],
  },
  {
    name: 'study: causes of the thirty years war',
    user: 'student-noah',
    app: 'study',
    when: 'past',
    turns: [
      ['What started the Thirty Years War?', 'There is a famous event in Prague in 1618. Do you know what happened to three men there?'],
      ['They were thrown out of a window', 'Yes. Why were the Bohemian nobles so angry?'],
      ['Because of religion?', 'That is one part. Which rights had they been promised in 1609?'],
      ['I do not know', 'The Letter of Majesty granted freedom of worship. Think of what it means when a king takes that back.'],
      ['So it was about power as much as religion', 'A good thesis. Which two facts would you put under it?'],
    ],
  },
  {
    name: 'study: titration report',
    user: 'student-fleur',
    app: 'study',
    when: 'past',
    turns: [
      [
        'My titration gave 0.112 mol/l but the bottle says 0.100. What could be wrong?',
        'Which direction is the error, and which mistakes make a result too high?',
      ],
      ['Maybe I overshot the end point', 'Possible. How would you see that in the three runs?'],
      ['They are all close to each other', 'Then it is a systematic error. What do all runs have in common?'],
      [
        'The same burette. It had a bubble in the tip!',
        'That is a good candidate. How large is a bubble, and would it explain 12 percent?',
      ],
      [
        `Can you send the summary to ${PLANTED.mailStudent}?`,
        'I cannot send mail, but here is a summary to copy: systematic error, probably air in the burette tip.',
      ],
    ],
  },
  {
    name: 'study: essay outline on water',
    user: 'student-noah',
    app: 'study',
    when: 'past',
    start: 85,
    turns: [
      ['I need an outline for an essay about water shortage in cities', 'Which city would you take as an example, and why?'],
      ['Cape Town', 'Good, 2018 is well documented. What almost happened there?'],
      ['Day Zero', 'Yes. Put it in the introduction. What three causes would you name?'],
      ['No, I want to compare two cities instead', 'Then choose a second one that did something differently. Do you know Singapore?'],
      ['They recycle water', 'Exactly. Now each section can compare one measure.'],
    ],
  },
  {
    name: 'study: recursion in python',
    user: 'student-omar',
    app: 'study',
    when: 'past',
    turns: [
      ['I do not understand recursion. My function never stops', 'What should it return for the smallest input?'],
      ['For an empty list, zero', 'Good, that is the base case. Is it in your function?'],
      ['No...', 'Add it first. What remains of the list in the next call?'],
      ['the list without its first element', 'Then you are there: first element plus the sum of the rest.'],
      ['It works, but for 5000 numbers it crashes', 'Python limits the depth to 1000. What could a loop do instead?'],
    ],
  },
  {
    name: 'study: photosynthesis',
    user: 'student-ilse',
    app: 'study',
    when: 'live',
    turns: [
      ['Where in the cell does the light reaction happen?', 'In which organelle would you look first?'],
      ['chloroplast', 'Yes. Inside it there are stacks. What are they called?'],
      ['grana, made of thylakoids', 'Right, the light reaction takes place in their membrane.'],
      ['And the dark one?', 'In the fluid around them, the stroma. Does it really need darkness?'],
    ],
  },
  {
    name: 'study: french subjunctive',
    user: 'student-fleur',
    app: 'study',
    when: 'live',
    turns: [
      ['When do I need the subjunctive after que?', 'After wishes, doubts and feelings. Can you make a sentence with vouloir?'],
      ['Je veux que tu viens', 'Almost. What is the subjunctive of venir?'],
      ['viennes', 'Yes: je veux que tu viennes. And after penser que?'],
      ['indicative', 'Correct, unless it is denied. Try je ne pense pas que.'],
      ['je ne pense pas qu’il vienne', 'Perfect.'],
    ],
  },
  {
    name: 'study: standard deviation',
    user: 'student-omar',
    app: 'study',
    when: 'live',
    turns: [
      ['Why do we divide by n minus 1?', 'What do you estimate from the same data before you compute the deviations?'],
      ['The mean', 'So how many of the deviations are free?'],
      ['One less', 'That is the reason. What would happen if you divided by n?'],
      ['too small on average', 'Exactly, and the smaller the sample the more.'],
    ],
  },
  {
    name: 'study: exam nerves',
    user: 'student-noah',
    app: 'study',
    when: 'live',
    turns: [
      ['I panic before every exam. Any advice?', 'Let us plan the last three days. What do you usually do in them?'],
      ['I read everything again', 'Reading feels safe but tests little. What about old exams under time?'],
      ['I am afraid of the result', 'That is common. Do the first one together with a friend.'],
    ],
  },
  {
    name: 'study: magnetic fields',
    user: 'student-omar',
    app: 'study',
    when: 'later',
    turns: [
      ['Which way does the force on a wire in a magnetic field point?', 'Do you know the rule with three fingers?'],
      ['thumb is current', 'Yes. The index finger is the field. And the middle one?'],
      ['force', 'Now turn the current around. What happens?'],
      ['The force turns too', 'Right. And if both are turned?'],
      ['it stays', 'You have understood it.'],
    ],
  },
  {
    name: 'study: poem analysis',
    user: 'student-ilse',
    app: 'study',
    when: 'later',
    turns: [
      ['How do I find the metre of a poem?', 'Read it aloud and tap. Where does your hand fall?'],
      ['da DUM da DUM', 'That is an iamb. How many in a line?'],
      ['five', 'So iambic pentameter. Where does the poet break it?'],
    ],
  },
];
