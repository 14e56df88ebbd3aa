// A company's IT desk. Its chat window sends the newest message alone, and people come back hours later or with two
// troubles at once.
import { PLANTED } from '../planted.ts';
import type { Conversation } from '../types.ts';

export const DESK: readonly Conversation[] = [
  {
    name: 'desk: vpn after the update',
    user: 'staff-aoife',
    app: 'desk',
    when: 'past',
    start: 372,
    turns: [
      [
        'vpn wont connect since this mornings update, it just says "negotiating" forever',
        'That is a known fault of client 5.1. Please open Settings, Profiles, delete the profile "office" and sign in again so that it is fetched anew.',
      ],
      [
        'deleted it, now theres no profile at all',
        'Close the client completely, also the icon beside the clock, and open it again. The profile comes with the next sign-in.',
      ],
      ['ok it asks for a code now. which code??', 'The six digits from your authenticator app, the entry called Office remote.'],
      [
        'i got a new phone on saturday, the app is empty',
        'Then your second factor has to be set up again. I can send a link to your manager, who confirms that it is you. Shall I?',
      ],
      ['yes pls', 'Sent. As soon as it is confirmed you can add the new phone under id.internal.'],
      ['works now 🎉 thx', 'Good to hear.'],
    ],
  },
  {
    name: 'desk: printer on floor 3',
    user: 'staff-aoife',
    app: 'desk',
    when: 'past',
    start: 41,
    turns: [
      [
        'the big printer on floor 3 prints everything in pink',
        'The cyan cartridge is probably empty although the display says otherwise. There are spares in the cupboard on the left.',
      ],
      ['no key for that cupboard', 'Reception has one. Tell them printer cupboard, third floor.'],
      ['changed it, still pink', 'Then please start Menu, Maintenance, Clean heads. It takes four minutes and prints a test page.'],
      [
        'Test page looks like a sunset',
        'I have booked a technician for tomorrow at ten. Until then the printer on floor 2 is set as your default.',
      ],
    ],
  },
  {
    name: 'desk: laptop for the new colleague',
    user: 'staff-bartek',
    app: 'desk',
    when: 'past',
    turns: [
      [
        'Hi, we have someone starting on the 1st and I only noticed now that nobody ordered a laptop. What is the fastest way?',
        'A loan device can be handed out within one day. A device of their own takes about eight working days.',
      ],
      [
        'Loan it is. 16 GB at least, she does video',
        'Loan devices have 16 GB and a small graphics card. For long renders please order the workstation as well.',
      ],
      [
        `Her name is ${PLANTED.personStarter}, private mail for the parcel notice is ${PLANTED.mailStarter}`,
        'Noted. The parcel notice goes out the day before.',
      ],
      [
        'Can she get the accounts before the first day?',
        'Accounts are made at midnight of the first day. Mail and calendar earlier, if HR ticks early access.',
      ],
      ['And who ticks that', 'Her HR contact, in the onboarding form, page two.'],
      ['No sorry, I meant who on our side has to ask for it', 'You, as the hiring manager. One line to the HR contact is enough.'],
    ],
  },
  {
    name: 'desk: shared folder is gone',
    user: 'staff-chidi',
    app: 'desk',
    when: 'past',
    turns: [
      [
        'S:\\Projects\\Harbour is empty. Completely. It was there on Friday!!',
        'Please do not save anything there. The folder was moved on Sunday with the storage migration; the new place is under Teams, Harbour.',
      ],
      ['I dont see Harbour under Teams', 'Your account is missing from the group. I have asked the owner of the group to add you.'],
      [
        'Who is the owner? It is kind of urgent, bid closes at 17:00',
        'The project office. I marked the request as urgent and gave them your number.',
      ],
      ['still nothing', 'It has been approved a minute ago. Sign out and in again so that it takes effect.'],
      [
        'I see the folder. But the spreadsheet opens read only',
        'Somebody has it open. The name is shown at the top; ask them to close it, or open a copy.',
      ],
      ['How do I find out who', 'File, Info, Show who is editing.'],
    ],
  },
  {
    name: 'desk: suspicious mail',
    user: 'staff-dagny',
    app: 'desk',
    when: 'past',
    turns: [
      [
        'Got a mail "your mailbox is full, click to keep your messages". Real?',
        'Almost certainly not: we never ask for a click. Please do not open the link and report it with the button Report phishing.',
      ],
      ['erm. I already clicked', 'Thank you for saying so. Did you type your password there?'],
      [
        'yes',
        'Then please change it now under id.internal, from another device if you can. I am ending all your sessions at the same time.',
      ],
      ['done, from my phone. and now', 'Security looks at the sign-ins of the last hour and calls you. You did well to report it at once.'],
      [
        `It also said the sign in came from ${PLANTED.addressAbroad}, is that one of ours`,
        'That address is not one of ours. I have passed it on to security.',
      ],
    ],
  },
  {
    name: 'desk: second screen flickers',
    user: 'staff-chidi',
    app: 'desk',
    when: 'live',
    start: 6,
    turns: [
      ['my second screen flickers every few seconds', 'Is it connected through the dock or directly to the laptop?'],
      ['dock', 'Try another cable at the dock first. If it stays, set the refresh rate of that screen to 60 Hz.'],
      ['it was at 75. 60 is calm', 'Then the dock cannot carry 75 at this resolution. You can leave it like that.'],
    ],
  },
  {
    name: 'desk: calendar shows the wrong time',
    user: 'staff-bartek',
    app: 'desk',
    when: 'live',
    start: 11,
    turns: [
      [
        'All meetings in my calendar are one hour late since I was in Lisbon',
        'Your calendar kept the time zone of Lisbon. Settings, Calendar, Time zone: choose your own and tick "update when travelling" off.',
      ],
      ['Where exactly? I only see general, mail, and "rules"', 'In the web version: the gear, then Calendar, View.'],
      ['found it, thanks', 'You are welcome.'],
      [
        'Hm, the ones that others invited me to are still wrong',
        'Those carry the zone of the organiser. They show right after the next sync, within a quarter of an hour.',
      ],
    ],
  },
  {
    name: 'desk: licence for the drawing program',
    user: 'staff-elif',
    app: 'desk',
    when: 'past',
    start: 190,
    turns: [
      [
        'I need a licence for the vector drawing program',
        'Is it for a project with an end date, or for good? The cost centre pays 32 euros a month.',
      ],
      ['until end of march', 'Then I order it until 31 March. Your manager gets a mail to approve.'],
      [
        'My screen reader does not work with the company portal btw. Button names are not read',
        'Thank you for telling us. Which page is it, and which screen reader do you use?',
        { of: 'desk: screen reader' },
      ],
      [
        'NVDA. The holiday page',
        'I have passed it to the portal team as an accessibility fault. They answer within two days.',
        { of: 'desk: screen reader' },
      ],
      ['is the licence there already?', 'It was approved. Open the software centre and press Install.'],
      ['and the portal team, anything from them?', 'Not yet, the ticket is open since twenty minutes.', { of: 'desk: screen reader' }],
      ['installed, it wants a serial', 'Choose Sign in with work account instead, then it needs none.'],
    ],
  },
];
