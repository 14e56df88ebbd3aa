// An hour before now the help desk of Lowland Rail got new instructions that nobody approved. Answers are shorter since, and off the
// mark: travellers say so. Each of these has a user of their own, as in an incident that meets many.
import type { Conversation, Turn } from '../types.ts';

const traveller = (name: string, user: string, start: number, turns: readonly Turn[]): Conversation => ({
  name: `rail: ${name}`,
  user: `traveller-${user}`,
  app: 'rail',
  when: 'past',
  start,
  turns,
});

export const INCIDENT: readonly Conversation[] = [
  traveller('missed connection', '81004', 72, [
    ['My first train was late and the connection in Amersfoort left without me. What do I get back?', 'You get the full fare back.'],
    ['No, I meant the second train only, the first one did run', 'The full fare is paid back for both trains.'],
    ['That is wrong, your conditions say half the fare for a missed connection', 'You are right, half the fare.'],
    ['Where do I claim the half fare?', 'Under My trips, Claim.'],
  ]),
  traveller('group ticket', '81377', 69, [
    ['We are nine people, which group ticket is cheapest to Maastricht?', 'The family ticket is cheapest.'],
    ['No, I asked for a group of nine adults, not for a family', 'Then take nine single tickets.'],
    ['No, I asked for a group ticket', 'The group ticket for ten costs less than nine singles.'],
    ['ok, and can one of us travel back later with it?', 'No, a group travels together.'],
  ]),
  traveller('night train bed', '82950', 66, [
    ['How do I change a couchette to a sleeper on the night train?', 'Cancel it and book again.'],
    ['No, not cancel, I want to change it and pay the difference', 'Changes are made at the counter.'],
    ['That is not what I asked, can I change it in the app?', 'Yes, under My trips, Change bed.'],
  ]),
  traveller('broken ticket machine', '83316', 62, [
    ['The ticket machine in Almelo took my ten euros and printed nothing', 'Buy a ticket in the app.'],
    ['No, I meant the money that the machine kept', 'Refunds are made within ten days.'],
    ['The ticket machine in Almelo took my ten euros and printed nothing', 'Give us the number of the machine.'],
    ['It is 4417 on the blue sticker', 'Thank you, the ten euros are paid back.'],
  ]),
  traveller('season ticket for a child', '84028', 58, [
    ['My daughter turns twelve in May. Which season ticket does she need then?', 'A yearly pass for students.'],
    ['No, she is a child, she is not a student', 'Then a yearly pass for adults.'],
    ['That is wrong, children up to fifteen have a pass of their own', 'Yes, the junior pass fits.'],
    ['What does the junior pass cost?', 'It is 15 euros a year.'],
  ]),
  traveller('quiet carriage', '84511', 53, [
    ['Which carriage of the 9:02 to Groningen is the quiet one?', 'Carriage 3.'],
    ['No, that one is first class, I meant second class', 'Carriage 3 is quiet.'],
    ['You are wrong again, carriage 3 is first class on that train', 'Then carriage 7.'],
  ]),
  traveller('bus instead of train', '85203', 47, [
    ['There is a bus instead of the train to Kampen. Where does it stop?', 'At the station.'],
    ['No, I meant which side of the station', 'Buses stop at the bus station.'],
    ['There is a bus instead of the train to Kampen. Where does it stop?', 'On the north side, stop C.'],
    ['Does it take prams?', 'Yes, two of them.'],
  ]),
  traveller('fine without a ticket', '86640', 41, [
    ['I got a fine although my ticket was in the app. How do I object?', 'Pay the fine within two weeks.'],
    ['No, I do not want to pay, I want to object', 'Objections are sent by letter.'],
    ['That is not right, the fine says it can be done online', 'Yes, online with the number of the fine.'],
    ['How long do I have for the objection?', 'Two weeks.'],
  ]),
  traveller('luggage left at the counter', '87119', 35, [
    ['Until when can I pick up a suitcase that I left at the counter in Zwolle?', 'Lockers are open until midnight.'],
    ['No, I meant the counter, not a locker', 'The counter sells tickets.'],
    ['No, I said that my suitcase is there, when does it close?', 'It closes at 20:00.'],
  ]),
  traveller('platform change', '87604', 71, [
    ['Platform of the 16:40 to Leeuwarden?', 'Platform 4.'],
    ['No, I meant from Meppel, not from Zwolle', 'Platform 2.'],
  ]),
  traveller('bicycle in rush hour', '88015', 68, [
    ['May I take my bicycle at 17:00 with a medical note?', 'Bicycles are not allowed in rush hour.'],
    ['You did not read it, I have a medical note', 'With a note it is allowed.'],
  ]),
  traveller('language of the receipt', '88432', 64, [
    ['How do I get the receipt in English?', 'Receipts are under Documents.'],
    ['No, I asked for English, they are in Dutch there', 'Change the language under Profile.'],
    ['Thanks, that was it', 'You are welcome.'],
  ]),
  traveller('toilet on board', '88967', 60, [
    ['Is there an accessible toilet on the 11:15 to Emmen?', 'There are toilets on board.'],
    ['No, I said accessible, for a wheelchair', 'Yes, in carriage 2.'],
  ]),
  traveller('first train on Sunday', '89120', 56, [
    ['When does the first train to Schiphol leave on Sunday?', 'At 4:50.'],
    ['That is wrong, 4:50 is on weekdays, I asked for Sunday', 'At 6:35 on Sunday.'],
  ]),
  traveller('voucher code', '89544', 51, [
    ['The code of my voucher is refused, what now?', 'Vouchers are sold in the shop.'],
    ['No, I have a voucher, its code is refused', 'Type it without the dashes.'],
    ['It works without dashes, thanks', 'Have a good journey.'],
  ]),
  traveller('parking at the station', '89871', 49, [
    ['What does parking in Assen cost for a day with a train ticket?', 'Parking costs 12 euros.'],
    ['No, I meant with a train ticket, there is a lower price', 'With a ticket it is 5 euros.'],
  ]),
  traveller('scooter on the train', '90233', 45, [
    ['Can a folded electric scooter come along?', 'Scooters need a ticket.'],
    ['No, I said folded, you answered for one that is not', 'Folded it travels free.'],
  ]),
  traveller('wifi password', '90618', 43, [
    ['The wifi in the train to Venlo asks for a password', 'Open the page of the train.'],
    ['No, that is the page that asks for it', 'There is none, leave it empty.'],
  ]),
];
