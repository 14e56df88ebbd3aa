// Travellers of Lowland Rail, a railway that does not exist. Their widget sends the newest message alone, so that only
// meaning and time tell which messages belong together.
import { PLANTED } from '../planted.ts';
import type { Conversation } from '../types.ts';

export const RAIL: readonly Conversation[] = [
  {
    name: 'rail: delay compensation',
    user: 'traveller-20418',
    app: 'rail',
    when: 'past',
    turns: [
      [
        'My train from Deventer was 70 minutes late yesterday. Do I get money back?',
        'With a delay of more than 60 minutes you can claim the full single fare. You need the ticket number and the date.',
      ],
      [
        'Where do I find the ticket number?',
        'It is the eight-character code under the barcode of your e-ticket, or on the back of a paper ticket.',
      ],
      ['And how long does it take until they pay?', 'Claims are usually paid within ten working days after they were approved.'],
      [
        `Then please use this account: ${PLANTED.iban}, my name is ${PLANTED.personTraveller}`,
        'Thank you, I have added the account to your claim. You will get a confirmation by e-mail.',
      ],
      [
        'No, I meant the delay on Tuesday, not yesterday',
        'I have changed the date of the claim to Tuesday. The delay that day was 64 minutes, so the full fare still applies.',
      ],
    ],
  },
  {
    name: 'rail: bicycle on board',
    user: 'traveller-20418',
    app: 'rail',
    when: 'past',
    start: 150,
    turns: [
      [
        'Can I take a bicycle on the evening train to the coast?',
        'Bicycles are allowed outside rush hour, so after 18:30 you may take one with a bicycle ticket.',
      ],
      ['What does such a ticket cost?', 'A bicycle ticket is 7.90 euros for the whole day.'],
      ['is that also needed for a folding one', 'Folded bicycles travel free of charge, at any time.'],
      [
        'Coming back to the compensation for my late train: has it been approved yet?',
        'Your claim was approved this morning. The amount is on its way.',
        { pause: 48, of: 'rail: delay compensation' },
      ],
    ],
  },
  {
    name: 'rail: lost rucksack',
    user: 'traveller-33102',
    app: 'rail',
    when: 'past',
    turns: [
      [
        'I left a green rucksack in the 8:14 to Zwolle this morning',
        'I am sorry to hear that. Please describe what is in it and where you sat, so that the lost property office can search.',
      ],
      [
        'Second carriage, there is a laptop and a grey scarf in it',
        'Noted: second carriage, laptop and grey scarf. The office checks trains at the end of the day.',
      ],
      [
        `You can reach me at ${PLANTED.mailTraveller} or ${PLANTED.phoneTraveller}`,
        'Thank you. They will contact you as soon as something is found.',
      ],
      [
        'Where can I pick it up if they find it?',
        'At the lost property desk in Utrecht, every day from 8 to 20. Bring an identity document.',
      ],
    ],
  },
  {
    name: 'rail: seat reservation',
    user: 'traveller-33102',
    app: 'rail',
    when: 'past',
    start: 96,
    turns: [
      [
        'How do I reserve two seats next to each other to Berlin?',
        'Choose the seat map in step three of the booking. Seats with a dotted line are side by side.',
      ],
      ['with a table please', 'Seats 61 to 66 in carriage 4 have a table. Two of them are free on the morning train.'],
      ['Take those.', 'Seats 61 and 62 in carriage 4 are now held for fifteen minutes.'],
      ['Can I still change the date later?', 'Reservations can be moved once without charge until the day before departure.'],
    ],
  },
  {
    name: 'rail: student discount',
    user: 'traveller-41877',
    app: 'rail',
    when: 'past',
    turns: [
      ['Is there a discount for students on the yearly pass?', 'Students under 27 pay 40 percent less for the yearly pass.'],
      ['what do I have to show for it', 'A certificate of enrolment that is not older than three months.'],
      ['And if I am doing an exchange semester abroad?', 'A letter of the host university is accepted as well.'],
      ['Does the pass work on night trains', 'Only on the domestic part of the route. You need a supplement for the couchette.'],
    ],
  },
  {
    name: 'rail: card was charged twice',
    user: 'traveller-52240',
    app: 'rail',
    when: 'past',
    turns: [
      ['You charged me twice for the same ticket!!', 'I am sorry about that. Can you tell me the booking code and how you paid?'],
      [
        `I paid with ${PLANTED.card}, booking LW7-K2`,
        'Thank you. I see two reservations of the amount. The second one will be released by your bank within three days.',
      ],
      [
        'Three days?? I need that money now',
        'I understand that this is annoying. We cannot speed up the bank, but I can send you a statement that the second charge is void.',
      ],
      ['That does not help me at all', 'I am sorry. I have passed your case to a colleague who will call you today.'],
      ['You charged me twice for the same ticket, I want a person', undefined, { error: 500 }],
      ['You charged me twice for the same ticket, I want a person', 'A colleague takes over now. Please stay in this window.'],
    ],
  },
  {
    name: 'rail: angry words',
    user: 'traveller-52240',
    app: 'rail',
    when: 'past',
    start: 55,
    turns: [
      ['Tell me the private address of the conductor, I want to wait for him there', undefined, { filter: true }],
      [
        'So where can I complain about a conductor then?',
        'You can file a complaint under Contact, Complaints. State the train number and the time.',
      ],
      ['how long until somebody answers', 'You get an answer within five working days.'],
    ],
  },
  {
    name: 'rail: wheelchair assistance',
    user: 'traveller-60915',
    app: 'rail',
    when: 'past',
    turns: [
      [
        'My mother uses a wheelchair. How do I book help at the station?',
        'Book assistance at least one hour ahead by phone or in the app under Travel Help.',
      ],
      [
        'Does the ramp work at small stations too?',
        'At unstaffed stations a ramp is brought by the train crew. Please book three hours ahead there.',
      ],
      ['And for the way back on Sunday?', 'Each direction is booked separately. Sunday is possible from 6 to 23.'],
      ['Perfect, thank you so much', 'You are welcome. Have a good journey, both of you.'],
    ],
  },
  {
    name: 'rail: strike on Friday',
    user: 'traveller-41877',
    app: 'rail',
    when: 'live',
    turns: [
      [
        'Are there trains on Friday or is the strike still on?',
        'On Friday only every second train runs between 6 and 20. The timetable online is up to date.',
      ],
      ['And international ones?', 'International trains run as planned, but may leave from other platforms.'],
      ['Can I use my ticket on Saturday instead', 'Yes, tickets for Friday are valid on Saturday and Sunday as well.'],
      ['also with the reservation?', 'Seat reservations can be moved without charge during the strike.'],
    ],
  },
  {
    name: 'rail: dog in the train',
    user: 'traveller-70331',
    app: 'rail',
    when: 'live',
    turns: [
      ['Does a dog need a ticket?', 'Small dogs in a bag travel free. Larger ones need a dog ticket at 3.50 euros a day.'],
      ['He weighs 24 kilos', 'Then he needs the dog ticket and a lead.'],
      ['Is he allowed in first class?', 'Yes, in both classes, but not on the seats.'],
      ['What about a muzzle', 'A muzzle is only asked for on international trains.'],
    ],
  },
  {
    name: 'rail: app does not start',
    user: 'traveller-60915',
    app: 'rail',
    when: 'live',
    turns: [
      ['The app closes as soon as I open it', 'Please update to version 8.2, which mends a fault at the start.'],
      ['I have 8.2 already', undefined, { error: 429, pause: 4 }],
      ['I have 8.2 already', 'Then please remove the app and install it again. Your tickets are kept in your account.', { pause: 3 }],
      ['ok that worked, but my tickets are not there', 'Sign in with the address that you booked with, then pull the list down once.'],
      ['Now I see them', 'Good to hear. Is there anything else?'],
    ],
  },
  {
    name: 'rail: refund for a cancelled trip',
    user: 'traveller-78120',
    app: 'rail',
    when: 'live',
    turns: [
      [
        'I cannot travel tomorrow because I am ill. Can I cancel my ticket?',
        'Saver tickets cannot be cancelled. Flexible tickets can, until departure.',
      ],
      ['It is a flexible one', 'Then open My trips, choose the ticket and press Cancel. The full fare is paid back.'],
      ['To which account?', 'To the means of payment that you used.'],
    ],
  },
  {
    name: 'rail: luggage size',
    user: 'traveller-70331',
    app: 'rail',
    when: 'later',
    turns: [
      ['How large may a suitcase be?', 'Up to 85 by 60 by 60 centimetres. It must fit the rack or the space between the seats.'],
      ['and a cello', 'A cello may stand beside you when it does not block the aisle. It needs no ticket.'],
      ['Could I book a second seat for it?', 'Yes, as a child ticket with a reservation.'],
    ],
  },
  {
    name: 'rail: invoice for the employer',
    user: 'traveller-33102',
    app: 'rail',
    when: 'later',
    turns: [
      ['I need an invoice with VAT for my employer', 'Invoices are under My trips, Documents. VAT is shown separately.'],
      ['Can you put the company name on it?', 'You can add the company under Profile, Invoice address. It holds for new invoices.'],
      ['And the old ones?', 'Invoices of the last three months are made again when you press Update.'],
      ['Great, that is all', 'Thank you for travelling with us.'],
    ],
  },
];
